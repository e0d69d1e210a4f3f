using Hazina.Bench.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazina.Bench.Peers;

/// <summary>
/// A function of SQL behind the least that ASP.NET can be, in a process of its own: one endpoint, no middleware, connections and prepared statements that are
/// kept.
/// </summary>
/// <param name="command">The hidden command that is its process.</param>
/// <param name="hot">Whether all of it goes into one account.</param>
abstract class EndpointPeer(string name, string functions, string what, int callers, string command, bool hot)
    : SqlPeer(name, functions, what, callers)
{
    /// <summary>What callers send, and the endpoint compares.</summary>
    protected const string Credential = "row-lock-key";

    /// <summary>As many as were fastest: into one account more only wait for its lock, elsewhere fewer leave the disk idle.</summary>
    readonly int connections = hot ? 16 : 64;
    readonly ServerProcess server = new(command);

    public override TimeSpan WarmUp(TimeSpan run) => ServerProcess.WarmUp(run);

    public override Task Begin(CancellationToken stop) => server.Begin(Pooled(), stop);

    public override Task End() => server.End();

    public override Task<ICaller> Connect(int number, CancellationToken stop) =>
        server.Connect(BodyOf(new Traffic(number, hot)), Credential, stop);

    /// <summary>What one caller sends.</summary>
    protected abstract HttpBody BodyOf(Traffic traffic);

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
    protected static Task<int> Serve(string path, Func<HttpContext, NpgsqlDataSource, Task> answer, CancellationToken stop) =>
        ServerProcess.Serve(database => Build(database, path, answer), stop);

    static WebApplication Build(string database, string path, Func<HttpContext, NpgsqlDataSource, Task> answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(ServerProcess.Address);
        builder.Services.AddRoutingCore();
        // By a factory, so that it is closed with the server.
        builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(database));
        var app = builder.Build();
        var source = app.Services.GetRequiredService<NpgsqlDataSource>();
        app.MapGet(ServerProcess.HealthPath, context => Task.CompletedTask);
        app.MapPost(
            path,
            async context =>
            {
                if (context.Request.Headers.Authorization == $"Bearer {Credential}")
                    await answer(context, source);
                else
                    context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            }
        );
        return app;
    }
}
