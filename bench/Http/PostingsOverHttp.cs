using System.Buffers;
using Hazina.Host;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Hazina.Bench.Http;

/// <summary>Hazina as its users meet it: the whole server in a process of its own, a key, JSON over connections that are kept open.</summary>
/// <param name="size">Transfers a request; more than one go as a bulk, each decided on its own.</param>
sealed class PostingsOverHttp(string name, string what, int callers, int size = 1, bool hot = false) : Postings(name, what, callers)
{
    readonly ServerProcess server = new(Command);
    string key = "";

    public override async Task Prepare(string connectionString, CancellationToken stop)
    {
        await base.Prepare(connectionString, stop);
        key = await Books.MakeKey(stop);
    }

    public override TimeSpan WarmUp(TimeSpan run) => ServerProcess.WarmUp(run);

    public override Task Begin(CancellationToken stop) => server.Begin(Books.ConnectionString, stop);

    public override Task End() => server.End();

    public override Task<ICaller> Connect(int number, CancellationToken stop)
    {
        var traffic = new Traffic(number, hot);
        return server.Connect(
            size == 1
                ? new HttpBody("/v1/ledger/transactions", 1, to => Books.WriteJson(traffic.Next(), to))
                : new HttpBody("/v1/ledger/transactions/bulk", size, to => WriteBulk(traffic, to)),
            key,
            stop
        );
    }

    public override async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await base.DisposeAsync();
    }

    void WriteBulk(Traffic traffic, IBufferWriter<byte> to)
    {
        to.Write("""{"mode":"independent","transactions":["""u8);
        for (var i = 0; i < size; i++)
        {
            if (i > 0)
                to.Write(","u8);
            Books.WriteJson(traffic.Next(), to);
        }

        to.Write("]}"u8);
    }

    /// <summary>The server's process.</summary>
    public static Task<int> Serve(CancellationToken stop) => ServerProcess.Serve(Build, stop);

    static WebApplication Build(string database)
    {
        // Heads are signed and witnessed in it, as ever; what a killed bench leaves of it the next one sweeps.
        var data = BenchServer.NewFolder();
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("data", data)]).Build();
        var app = Server.Build(
            new ServerOptions
            {
                OwnerConnectionString = database,
                Urls = ServerProcess.Address,
                LogLevel = LogLevel.Warning,
                Configuration = settings,
            }
        );
        app.Lifetime.ApplicationStopped.Register(() => Directory.Delete(data, recursive: true));
        return app;
    }

    /// <summary>What the program is called with to be the server.</summary>
    public const string Command = "http-hazina";
}
