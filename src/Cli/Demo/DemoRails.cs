using Hazina.Simulator;

namespace Hazina.Cli.Demo;

/// <summary>The simulator of the rails beside the demo's server, and what the server has to know of it.</summary>
sealed class DemoRails : IAsyncDisposable
{
    DemoRails(RailSimulator simulator) => Simulator = simulator;

    public RailSimulator Simulator { get; }

    public static async Task<DemoRails> StartAsync(CancellationToken ct) =>
        new(await RailSimulator.Start(new RailSimulatorOptions { Timing = SimulatorTiming.Fast }, ct));

    /// <summary>For the server, which is called back at <paramref name="server"/>.</summary>
    public IReadOnlyDictionary<string, string?> Settings(string server)
    {
        const string at = "Payments:Providers:";
        var known = Simulator.Options.Credentials;
        return new Dictionary<string, string?>
        {
            ["Web:SimulatedPhone"] = Simulator.Url.ToString(),
            ["Payments:Withdrawals:Alone:KES"] = "20000",
            [at + "LookEvery"] = "00:00:00.5",
            [at + "QueryAfter"] = "00:00:01",
            [at + "Mpesa:BaseAddress"] = Simulator.Daraja.ToString(),
            [at + "Mpesa:CallbackBase"] = server,
            [at + "Mpesa:ConsumerKey"] = known.MpesaConsumerKey,
            [at + "Mpesa:ConsumerSecret"] = known.MpesaConsumerSecret,
            [at + "Mpesa:ShortCode"] = known.MpesaShortCode,
            [at + "Mpesa:Passkey"] = known.MpesaPasskey,
            [at + "Mpesa:Initiator"] = known.MpesaInitiator,
            [at + "Mpesa:SecurityCredential"] = known.MpesaSecurityCredential,
            [at + "Dtb:BaseAddress"] = Simulator.Dtb.ToString(),
            [at + "Dtb:CallbackBase"] = server,
            [at + "Dtb:ConsumerKey"] = known.DtbClientId,
            [at + "Dtb:ConsumerSecret"] = known.DtbClientSecret,
            [at + "Dtb:Account"] = known.DtbAccount,
            [at + "Dtb:CallbackSecret"] = known.DtbCallbackSecret,
        };
    }

    public ValueTask DisposeAsync() => Simulator.DisposeAsync();
}
