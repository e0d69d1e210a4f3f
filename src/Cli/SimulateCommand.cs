using System.CommandLine;
using Hazina.Simulator;

namespace Hazina.Cli;

static class SimulateCommand
{
    const int DefaultPort = 5090;

    public static CliCommand Create()
    {
        var port = ServeCommand.PortOption(DefaultPort);
        var automatic = new Option<bool>("--automatic")
        {
            Description = "Answer prompts as the last three digits of the number say, without anybody at the phone",
        };
        var fast = new Option<bool>("--fast") { Description = "Call back after parts of a second, as in tests, and not after seconds" };
        var transfers = UrlOption("--kcb-transfers", "Where KCB tells what became of transfers");
        var notifications = UrlOption("--kcb-notifications", "Where KCB tells of money that came to the account");

        var command = new CliCommand("simulate", "Play M-Pesa, KCB and DTB: answer, call back, and show a phone")
        {
            Details =
                "Payments reaches the rails over HTTP; this is their other end, for a machine without contracts. Prompts wait on its page for somebody "
                + "who approves or cancels them. Numbers that end in 901 to 921 choose a fault: 901 has not enough, 903 cancels, 910 loses the callback, "
                + "914 cuts the connection after it has paid; docs/simulator.md has all of them. What really moved stands at /book. Nothing is kept: "
                + "when it ends, all is forgotten. No credential here is worth anything anywhere else.",
            Examples =
            [
                ("simulate", "at http://localhost:5090, with a phone to approve and cancel prompts"),
                ("simulate --automatic --fast", "for programs: nobody needs to look"),
                ("simulate --port 7000 --kcb-transfers http://localhost:5080/…", "another port; where KCB calls back"),
            ],
        };
        foreach (var option in new Option[] { port, automatic, fast, transfers, notifications })
        {
            command.Options.Add(option);
        }

        command.SetAction(
            (parsed, ct) =>
                RunAsync(
                    new RailSimulatorOptions
                    {
                        Port = parsed.GetValue(port) ?? DefaultPort,
                        Phone = parsed.GetValue(automatic) ? PhoneMode.Automatic : PhoneMode.Manual,
                        Timing = parsed.GetValue(fast) ? SimulatorTiming.Fast : SimulatorTiming.Demo,
                        KcbTransferCallback = parsed.GetValue(transfers),
                        KcbNotification = parsed.GetValue(notifications),
                    },
                    ct
                )
        );
        return command;
    }

    static Option<Uri?> UrlOption(string name, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "URL",
            CustomParser = result =>
            {
                if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
                {
                    return url;
                }

                result.AddError($"{name} takes an address that begins with http:// or https://.");
                return null;
            },
        };

    static async Task<int> RunAsync(RailSimulatorOptions options, CancellationToken ct)
    {
        await using var rails = await StartAsync(options, ct);
        var credentials = options.Credentials;
        Screen.Done($"The rails are simulated at {rails.Url} · Ctrl-C stops them");
        Screen.Say($"  phone     {rails.Url} · PIN {options.Pin}");
        Screen.Say($"  book      {rails.Url}book");
        Screen.Say($"  M-Pesa    {rails.Daraja}");
        Screen.Say($"            consumer {credentials.MpesaConsumerKey} / {credentials.MpesaConsumerSecret}");
        Screen.Say($"            shortcode {credentials.MpesaShortCode}, passkey {credentials.MpesaPasskey}");
        Screen.Say($"            initiator {credentials.MpesaInitiator} / {credentials.MpesaSecurityCredential}");
        Screen.Say($"  KCB       {rails.Buni}");
        Screen.Say($"            client {credentials.KcbClientId} / {credentials.KcbClientSecret}");
        Screen.Say(
            $"            account {credentials.KcbAccount}, company {credentials.KcbCompanyCode}, shortcode {credentials.KcbShortCode}"
        );
        Screen.Say($"            key of its signatures {rails.Url}kcb/public-key");
        Screen.Say($"  DTB       {rails.Dtb}");
        Screen.Say($"            client {credentials.DtbClientId} / {credentials.DtbClientSecret}");
        Screen.Say($"            account {credentials.DtbAccount}, callbacks signed with {credentials.DtbCallbackSecret}");
        var stopped = new TaskCompletionSource();
        await using var told = ct.Register(stopped.SetResult);
        await stopped.Task;
        return ExitCode.Ok;
    }

    static async Task<RailSimulator> StartAsync(RailSimulatorOptions options, CancellationToken ct)
    {
        try
        {
            return await RailSimulator.Start(options, ct);
        }
        catch (IOException e)
        {
            throw new CommandFailedException($"Port {options.Port} is taken: choose another with --port.", e);
        }
    }
}
