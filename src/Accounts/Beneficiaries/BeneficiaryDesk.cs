using System.ComponentModel;
using Dapper;
using Hazina.Accounts.Holdings;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;

namespace Hazina.Accounts.Beneficiaries;

/// <summary>Saved recipients, as transfers ask for them.</summary>
sealed class BeneficiaryDesk(Database database, TimeProvider time)
{
    /// <summary>Whether little may go there yet.</summary>
    public bool IsNew(BeneficiaryRow row) => row.TrustedAt > time.GetUtcNow();

    /// <summary>One of the holder that pays.</summary>
    public async Task<(BeneficiaryRow Row, Refusal? Refusal)> Find(
        Holder holder,
        string book,
        Guid beneficiary,
        string pointer,
        CancellationToken stop
    )
    {
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(stop);
        var row = await connection.QuerySingleOrDefaultAsync<BeneficiaryRow>(
            new CommandDefinition(
                FindWriterSql,
                new
                {
                    beneficiary,
                    owner = holder.Id,
                    book,
                },
                cancellationToken: stop
            )
        );
        return row is null ? (null!, NoSuchBeneficiary(beneficiary, pointer)) : (row, null);
    }

    public async Task<BeneficiaryRow?> FindByAccount(Holder holder, Guid account, CancellationToken stop)
    {
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(stop);
        return await connection.QuerySingleOrDefaultAsync<BeneficiaryRow>(
            new CommandDefinition(FindByAccountWriterSql, new { owner = holder.Id, account }, cancellationToken: stop)
        );
    }

    public static Refusal NoSuchBeneficiary(Guid id, string pointer) =>
        Refusals.NoSuchBeneficiary.Because($"There is no saved recipient {id}.", pointer);

    const string FindWriterSql = $"""
        select {BeneficiaryRow.Columns} from accounts.beneficiaries b where b.id = @beneficiary and b.owner_id = @owner and b.book = @book
        """;

    const string FindByAccountWriterSql = $"""
        select {BeneficiaryRow.Columns} from accounts.beneficiaries b where b.owner_id = @owner and b.account_id = @account
        """;
}

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
