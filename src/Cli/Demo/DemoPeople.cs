using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hazina.Platform.Messages;

namespace Hazina.Cli.Demo;

/// <summary>The people of the town come in as anybody does: they register, send back the code that they got, and sign in.</summary>
sealed partial class DemoPeople(DemoApi api, MessageOutbox messages, Action<DemoMoment> tell)
{
    static readonly IReadOnlyList<string> NoBalances = [.. DemoDay.Columns.Select(_ => "")];

    // Each day of the demo has its own people, so that it can be played again in the same books.
    readonly string day = RandomNumberGenerator.GetHexString(6, lowercase: true);

    /// <summary>The people, by name.</summary>
    public async Task<IReadOnlyDictionary<string, DemoPerson>> ComeAsync(CancellationToken ct)
    {
        var asha = new Person("Asha", "Asha Wanjiru", $"asha.{day}@example.com", "an e-mail");
        var brian = new Person("Brian", "Brian Otieno", "+2547" + RandomNumberGenerator.GetString("0123456789", 8), "an SMS");
        var neema = new Person("Neema", "Neema Achieng", $"neema.{day}@example.com", "an e-mail");
        return new Dictionary<string, DemoPerson>
        {
            [asha.Name] = await ComeAsync(asha, ct),
            [brian.Name] = await ComeAsync(brian, ct),
            [neema.Name] = await ComeAsync(neema, ct),
        };
    }

    async Task<DemoPerson> ComeAsync(Person person, CancellationToken ct)
    {
        var password = RandomNumberGenerator.GetHexString(20);
        var registered = await api.PostAsync(
            "/v1/auth/register",
            new JsonObject
            {
                [person.Address.StartsWith('+') ? "phone" : "email"] = person.Address,
                ["password"] = password,
                ["full_name"] = person.FullName,
            },
            ct
        );
        Tell($"{person.Name} registers with {person.Address}, and gets {person.Message} with a code", registered);

        var sent = await messages.WaitingFor(person.Address, ct);
        var id = registered.Body.GetProperty("id").GetGuid();
        var verified = await api.PostAsync(
            "/v1/auth/verify",
            new JsonObject { ["registration"] = id, ["code"] = Code().Match(sent[^1].Text).Value },
            ct
        );
        var signedIn = await api.PostAsync("/v1/auth/sign-in", new JsonObject { ["login"] = person.Address, ["password"] = password }, ct);
        Tell($"{person.Name} sends the code back, which makes the address {person.Name}'s, and signs in", verified, signedIn);
        return new DemoPerson(id, person.FullName, person.Address, password, signedIn.Body.GetProperty("token").GetString()!);
    }

    void Tell(string what, params DemoAnswer[] answers) =>
        tell(
            new DemoMoment(
                what,
                string.Join(", ", answers.Select(a => a.Request)),
                string.Join(", ", answers.Select(a => a.Status.ToString(CultureInfo.InvariantCulture))),
                NoBalances
            )
        );

    sealed record Person(string Name, string FullName, string Address, string Message);

    [GeneratedRegex("[0-9]{8}", RegexOptions.None, 1000)]
    private static partial Regex Code();
}

/// <summary>Somebody of the town who is signed in.</summary>
/// <param name="Address">Of their e-mail or phone, by which others find them.</param>
/// <param name="Password">By chance, and known to nobody but whoever reads the demo's screen.</param>
/// <param name="Token">Of the session.</param>
sealed record DemoPerson(Guid Id, string FullName, string Address, string Password, string Token);
