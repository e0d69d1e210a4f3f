using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Hazina.Host;

namespace Hazina.Cli;

static class ServeCommand
{
    public const int DefaultPort = ServerOptions.DefaultPort;

    public static CliCommand Create()
    {
        var data = CommonOptions.Data();
        var database = CommonOptions.Database();
        var port = PortOption();
        var urls = new Option<string?>("--urls")
        {
            Description = "Where to listen instead, as addresses separated by semicolons",
            HelpName = "URLS",
        };
        var certificate = new Option<string?>("--certificate")
        {
            Description = "A certificate file (PEM or PFX): serve HTTPS with it",
            HelpName = "FILE",
        };
        var key = new Option<string?>("--certificate-key")
        {
            Description = "The certificate's private key, where it has a file of its own (PEM)",
            HelpName = "FILE",
        };
        var log = new Option<string?>("--log") { Description = "How to write the log: text (the default) or json", HelpName = "FORMAT" };
        log.AcceptOnlyFromAmong("text", "json");

        var command = new CliCommand("serve", "Serve the API, with a PostgreSQL of Hazina's own or an existing one")
        {
            Details =
                "Settings can also stand in appsettings.json in the current folder (\"urls\": …) and in the environment (HAZINA_URLS=…); "
                + "arguments win. Ctrl-C or SIGTERM stops the server "
                + "after it has answered what it has accepted. Several servers can share one --database. A new one is prepared by "
                + "the first start, which needs HAZINA_DATABASE_OWNER as well: docs/runbooks/own-postgresql.md.",
            Examples =
            [
                ("serve", "at http://localhost:5080, data in .hazina"),
                ("serve --port 8080 --data /srv/hazina", "another port, another folder"),
                ("serve --database \"Host=db;Database=hazina;Username=hazina_app;Password=…\"", "on an existing PostgreSQL"),
                ("serve --urls https://*:443 --certificate cert.pem --certificate-key key.pem", "to the world"),
            ],
        };
        foreach (var option in new Option[] { port, urls, data, database, certificate, key, log })
        {
            command.Options.Add(option);
        }

        command.SetAction(
            (parsed, ct) =>
                Serving.RunAsync(
                    new ServeSettings
                    {
                        DataFolder = Path.GetFullPath(parsed.GetRequiredValue(data)),
                        Database = parsed.GetValue(database),
                        Urls = parsed.GetValue(urls) ?? UrlsOf(parsed.GetValue(port), parsed.GetValue(certificate)),
                        Certificate = parsed.GetValue(certificate),
                        CertificateKey = parsed.GetValue(key),
                        Log = parsed.GetValue(log),
                    },
                    whenUp: null,
                    ct
                )
        );
        return command;
    }

    /// <summary>Null where no port was said: then the settings decide. A certificate may stand there, too.</summary>
    static string? UrlsOf(int? port, string? certificate) =>
        port is null
            ? null
            : ServerOptions.UrlOf(
                port.Value,
                isSecure: ServerOptions.Settings(new Dictionary<string, string?> { ["certificate"] = certificate })["certificate"]
                    is { Length: > 0 }
            );

    public static Option<int?> PortOption(int usual = DefaultPort) =>
        new("--port")
        {
            Description = $"The port on this machine alone ({usual})",
            HelpName = "PORT",
            CustomParser = Port,
        };

    static int? Port(ArgumentResult result)
    {
        if (int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var port) && port is >= 0 and <= 65535)
        {
            return port;
        }

        result.AddError("--port takes a number from 0 (any that is free) to 65535.");
        return null;
    }
}
