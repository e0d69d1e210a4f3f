using System.Text.Unicode;
using Hazina.Bench.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;

namespace Hazina.Bench.Peers;

/// <summary>
/// The row-lock function behind the least that ASP.NET can be: an endpoint that compares a key, reads the body, calls the function, answers. It
/// sends and reads fewer bytes than Hazina does, and its connections and prepared statements are kept.
/// </summary>
sealed class RowLockOverHttp(string name, string what, int callers, bool hot = false) : SqlPeer(name, "row-lock.sql", what, callers)
{
    /// <summary>As many as were fastest: into one account more only wait for its lock, elsewhere fewer leave the disk idle.</summary>
    readonly int connections = hot ? 16 : 64;

    const string Key = "row-lock-key";
    readonly ServerProcess server = new(Command);

    public override TimeSpan WarmUp(TimeSpan run) => ServerProcess.WarmUp(run);

    public override Task Begin(CancellationToken stop) => server.Begin(Pooled(), stop);

    public override Task End() => server.End();

    public override Task<ICaller> Connect(int number, CancellationToken stop)
    {
        var traffic = new Traffic(number, hot);
        return server.Connect(
            new HttpBody(
                "/transfers",
                1,
                to =>
                {
                    var next = traffic.Next();
                    Utf8.TryWrite(
                        to.GetSpan(256),
                        $$"""{"id":"{{next.Id}}","from":{{next.From}},"to":{{next.To}},"amount":{{next.Amount}}}""",
                        out var length
                    );
                    to.Advance(length);
                }
            ),
            Key,
            stop
        );
    }

    public override async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await base.DisposeAsync();
    }

    string Pooled() =>
        new NpgsqlConnectionStringBuilder(ConnectionString)
        {
            Pooling = true,
            MinPoolSize = connections,
            MaxPoolSize = connections,
            MaxAutoPrepare = 1,
            AutoPrepareMinUsages = 1,
        }.ConnectionString;

    /// <summary>The server's process.</summary>
    public static Task<int> Serve(CancellationToken stop) => ServerProcess.Serve(Build, stop);

    static WebApplication Build(string database)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(ServerProcess.Address);
        builder.Services.AddRoutingCore();
        // By a factory, so that it is closed with the server.
        builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(database));
        var app = builder.Build();
        var source = app.Services.GetRequiredService<NpgsqlDataSource>();
        app.MapGet(ServerProcess.HealthPath, context => Task.CompletedTask);
        app.MapPost("/transfers", context => Post(context, source));
        return app;
    }

    sealed record Request(Guid Id, long From, long To, decimal Amount);

    sealed record Answer(Guid Id, string Status);

    static async Task Post(HttpContext context, NpgsqlDataSource source)
    {
        if (context.Request.Headers.Authorization != $"Bearer {Key}")
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        var asked = (await context.Request.ReadFromJsonAsync<Request>(context.RequestAborted))!;
        await using var command = source.CreateCommand("select transfer($1, $2, $3, $4)");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = asked.Id, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = asked.From, NpgsqlDbType = NpgsqlDbType.Bigint });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = asked.To, NpgsqlDbType = NpgsqlDbType.Bigint });
        command.Parameters.Add(new NpgsqlParameter<decimal> { TypedValue = asked.Amount, NpgsqlDbType = NpgsqlDbType.Numeric });
        var isPosted = await command.ExecuteScalarAsync(context.RequestAborted) is (short)0;
        context.Response.StatusCode = isPosted ? StatusCodes.Status201Created : StatusCodes.Status409Conflict;
        await context.Response.WriteAsJsonAsync(new Answer(asked.Id, isPosted ? "posted" : "refused"), context.RequestAborted);
    }

    /// <summary>What the program is called with to be the server.</summary>
    public const string Command = "http-row-lock";
}
