using Hazina.Platform.Http;

namespace Hazina.Accounts.Holdings;

/// <summary>Whose an account is, for ever.</summary>
readonly record struct Holder(HolderType Type, Guid Id)
{
    public static Holder User(Guid id) => new(HolderType.User, id);

    public static Holder Organization(Guid id) => new(HolderType.Organization, id);

    /// <summary>As the ledger keeps it.</summary>
    public override string ToString() => $"{Words.Of(Type)}:{Id}";
}

/// <summary>What holds accounts.</summary>
public enum HolderType
{
    User,
    Organization,
}

/// <summary>What an account is for.</summary>
public enum AccountKind
{
    /// <summary>Money in one currency to spend and to receive.</summary>
    Wallet,

    /// <summary>The one that somebody mostly uses.</summary>
    Primary,
    Checking,
    Savings,
    Investment,

    /// <summary>May go below zero, down to a line that operations set.</summary>
    Credit,
}

/// <summary>Whether an account can be used.</summary>
enum AccountStatus
{
    Active,
    Frozen,
    Closed,
}
