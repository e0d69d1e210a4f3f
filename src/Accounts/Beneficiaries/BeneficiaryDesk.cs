using System.ComponentModel;
using Dapper;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;

namespace Hazina.Accounts.Beneficiaries;

/// <summary>Saved recipients, as transfers ask for them.</summary>
sealed class BeneficiaryDesk(Database database)
{
    /// <summary>Whoever's it is; null where the book has none with this id.</summary>
    public async Task<SavedRecipient?> Find(Guid beneficiary, string book, CancellationToken stop)
    {
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(stop);
        return await connection.QuerySingleOrDefaultAsync<SavedRecipient>(
            new CommandDefinition(FindWriterSql, new { beneficiary, book }, cancellationToken: stop)
        );
    }

    public static Refusal NoSuchBeneficiary(Guid id, string pointer) =>
        Refusals.NoSuchBeneficiary.Because($"There is no saved recipient {id}.", pointer);

    const string FindWriterSql = """
        select b.account_id, b.name, b.owner_id from accounts.beneficiaries b where b.id = @beneficiary and b.book = @book
        """;
}

/// <summary>A saved recipient's account, as its holder was told it.</summary>
sealed record SavedRecipient(Guid AccountId, string Name, Guid OwnerId);

/// <summary>A row of <c>accounts.beneficiaries</c>.</summary>
sealed record BeneficiaryRow(
    Guid Id,
    Guid AccountId,
    string Currency,
    string Name,
    string? Nickname,
    DateTimeOffset CreatedAt,
    DateTimeOffset TrustedAt
)
{
    /// <summary>Of beneficiaries <c>b</c>, in the order of the record.</summary>
    public const string Columns = "b.id, b.account_id, b.currency, b.name, b.nickname, b.created_at, b.trusted_at";

    public BeneficiaryAnswer Answer() => new(Id, Name, Nickname, Currency, CreatedAt, TrustedAt);
}

[Description("A saved recipient.")]
sealed record BeneficiaryAnswer(
    Guid Id,
    [property: Description("As it was shown when they were looked up.")] string Name,
    string? Nickname,
    string Currency,
    DateTimeOffset CreatedAt,
    [property: Description("Until then what goes there counts as sent to a new recipient, to whom little may go in a day.")]
        DateTimeOffset TrustedAt
)
{
    [Description("Always beneficiary.")]
    public string Object => "beneficiary";
}
