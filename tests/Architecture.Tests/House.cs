namespace Hazina.Architecture.Tests;

/// <summary>One project of <c>src/</c>: where it stands, and what it shows to those above it.</summary>
/// <param name="Name">Project, folder, and the second part of its namespace.</param>
/// <param name="Level">It may use those of a lower level, and nothing beside or above it.</param>
/// <param name="Work">Its public classes, named after the work they offer. Null: what it shows is not limited.</param>
/// <param name="Beside">Those of its own level that it may use all the same.</param>
sealed record Module(string Name, int Level, IReadOnlyList<string>? Work, IReadOnlyList<string> Beside)
{
    public string Folder => $"src/{Name}";

    public string Namespace => $"Hazina.{Name}";

    /// <summary>Whether the project has been started.</summary>
    public bool IsBuilt => File.Exists(Path.Combine(Tree.Root, Folder, $"{Name}.csproj"));

    public bool MayUse(Module other) => other.Level < Level || Beside.Contains(other.Name);
}

/// <summary>The order of the house, lowest first, those to come included. ARCHITECTURE.md tells why each stands where it stands.</summary>
static class House
{
    /// <summary>Modules with a business noun stand from here up to below <see cref="Composition"/>; they keep to themselves.</summary>
    public const int Business = 1;

    /// <summary>From here on nothing is a module: it puts modules together.</summary>
    public const int Composition = 8;

    public static IReadOnlyList<Module> Modules { get; } =
    [
        Open("Money", 0),
        Open("Platform", 0, beside: ["Money"]),
        Closed("Ledger", 1, "Journal", "Books", "LedgerProof", "PostingRules"),
        Closed("Identity", 1, "People"),
        Closed("Risk", 2, "Assessments"),
        Closed("Billing", 2, "Tariff"),
        Closed("Accounts", 3, "CustomerAccounts"),
        Closed("Treasury", 4, "ForeignExchange"),
        Closed("Payments", 5, "PaymentDesk"),
        Closed("Cards", 6, "CardDesk"),
        Closed("Commerce", 6, "Shops"),
        Closed("Exchange", 6, "Markets"),
        Closed("Engagement", 7, "Messages"),
        Closed("Insight", 7, "AuditTrail", "Reports"),
        Open("Web", 8),
        Open("Host", 9),
        Open("Cli", 10),
        // Generated from the API's description, so it must not know the server.
        Open("Client", 0),
        // The vendors' side, which must not know ours.
        Open("Simulator", 0),
    ];

    public static IEnumerable<Module> Built => Modules.Where(m => m.IsBuilt);

    public static Module? Find(string name) => Modules.FirstOrDefault(m => m.Name == name);

    static Module Open(string name, int level, IReadOnlyList<string>? beside = null) => new(name, level, Work: null, beside ?? []);

    static Module Closed(string name, int level, params string[] work) => new(name, level, work, Beside: []);
}
