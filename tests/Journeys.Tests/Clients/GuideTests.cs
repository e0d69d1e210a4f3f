using System.Text.RegularExpressions;
using Hazina.Client;
using Hazina.Platform.Security;
using Hazina.Testing;

namespace Hazina.Journeys.Tests.Clients;

[Collection(nameof(ClientCollection))]
public sealed partial class GuideTests(AccountsServer server)
{
    [Fact]
    public async Task The_examples_of_the_guide_do_what_it_says()
    {
        var (address, asha) = ((await server.App).Address, await Person.SignedInAsync(await server.App, Role.User));
        var organization = await new Customer(server, asha).Organization();
        var secret = await GuideExamples.Begin(address, asha.Login, asha.Password, organization);
        using var hazina = new HazinaClient(address, secret);
        var purse = (await hazina.OpenAccountAsync(new OpenAccountRequest { Currency = "KES" })).Id;
        await server.Fund(purse, 5_000);
        var shop = await server.Someone();
        var till = await shop.Account();
        var number = await shop.NumberOf(till);

        var payment = await GuideExamples.Pay(address, secret, purse, number);
        Assert.Equal((PaymentStatus.Completed, new Amount(1250.00m, "KES")), (payment.Status, payment.Amount));
        Assert.Equal((3_750m, 1_250m), ((await hazina.GetAccountAsync(purse)).Balance.Posted.Value, await shop.Balance(till)));

        var tooMuch = new CreatePaymentRequest
        {
            Payer = purse,
            Payee = new CreatePaymentPayeeName { Number = number },
            Amount = new Amount(3_750.01m, "KES"),
        };
        await GuideExamples.Fail(hazina, tooMuch);
        // Nobody hears the first answer, and the money moves once all the same.
        await using (var proxy = new CuttingProxy(address))
        {
            using var once = new HazinaClient(
                new HazinaClientOptions
                {
                    Address = proxy.Address,
                    Token = secret,
                    Attempts = 1,
                }
            );
            await GuideExamples.Fail(once, tooMuch with { Amount = new Amount(750, "KES") });
        }

        Assert.Equal((3_000m, 2_000m), ((await hazina.GetAccountAsync(purse)).Balance.Posted.Value, await shop.Balance(till)));
        Assert.Equal(2_000m, await GuideExamples.Sum(hazina, purse));
        Assert.Equal("bill.txt: 250 exercise books", await GuideExamples.Files(hazina, purse));
        using var connections = new HttpClient();
        using var stop = new CancellationTokenSource();
        Assert.Equal(asha.Id, await GuideExamples.Gateway(address, connections, asha.Token, "203.0.113.7", stop.Token));
    }

    [Fact]
    public async Task Each_example_of_the_guide_is_one_that_is_run()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root!.FullName, "Hazina.slnx")))
            root = root.Parent;
        var guide = await File.ReadAllTextAsync(Path.Combine(root.FullName, "src", "Client", "README.md"));
        var examples = await File.ReadAllTextAsync(
            Path.Combine(root.FullName, "tests", "Journeys.Tests", "Clients", $"{nameof(GuideExamples)}.cs")
        );
        var run = Region().Matches(examples).Select(r => Undented(r.Groups["code"].Value)).Order(StringComparer.Ordinal);
        Assert.Equal(run, Block().Matches(guide).Select(b => b.Groups["code"].Value).Order(StringComparer.Ordinal));
    }

    static string Undented(string code)
    {
        var indent = code.Length - code.TrimStart(' ').Length;
        return string.Concat(code.Split('\n')[..^1].Select(l => (l.Length > indent ? l[indent..] : "") + "\n"));
    }

    [GeneratedRegex(@"^ *#region .*\n(?<code>[\s\S]*?)^ *#endregion", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Region();

    [GeneratedRegex(@"^```csharp\n(?<code>[\s\S]*?)^```$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Block();
}
