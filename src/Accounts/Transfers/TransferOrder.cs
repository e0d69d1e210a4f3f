using Hazina.Accounts.Activities;
using Hazina.Accounts.Holdings;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Http;
using NpgsqlTypes;

namespace Hazina.Accounts.Transfers;

/// <summary>A transfer as it is asked for, and the rows that commit with it: the transfer, what each side reads, and what is told.</summary>
/// <param name="Id">The transfer's, and the posting's.</param>
/// <param name="FromName">As the recipient is told it.</param>
/// <param name="ToName">As the sender is told it.</param>
/// <param name="Key">The caller's, committed with the transfer.</param>
/// <param name="Category">The sender's own.</param>
/// <param name="AskedBy">A person or a key.</param>
sealed record TransferOrder(
    Guid Id,
    AccountRow From,
    string FromName,
    AccountRow To,
    string ToName,
    Amount Amount,
    string? Reference,
    string? Description,
    string? Category,
    Guid AskedBy,
    IdempotencyKey Key
)
{
    static readonly AlongsideStatement Insert = new(
        "accounts",
        "accounts.transfer",
        InsertWriterSql,
        [
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.TimestampTz,
        ]
    );

    /// <summary>Whether it stays with one holder: it counts against no limit.</summary>
    public bool IsOwn => From.Holder == To.Holder;

    public Posting Posting(IReadOnlyList<Condition> conditions) =>
        Postings.Transfer(Id, From.Book, From.Id, To.Id, Amount, conditions) with
        {
            WhenPosted =
            [
                Row(),
                TransferKeys.Row(this),
                ActivityRows.Insert(Id, Entry(From, ActivitySide.Debit, ToName, $"To {ToName}") with { Category = Category }),
                ActivityRows.Insert(
                    Id,
                    IsOwn
                        ? Entry(To, ActivitySide.Credit, From.Nickname ?? From.Shown, $"From {From.Nickname ?? From.Shown}")
                        : Entry(To, ActivitySide.Credit, FromName, $"From {FromName}")
                ),
                AlongsideRow.Event(
                    Events.TransferCompleted,
                    From.Book,
                    Id.ToString(),
                    new TransferCompleted(Id, From.Id, To.Id, WireAmount.Of(Amount), Id, IsOwn)
                ),
            ],
        };

    ActivityEntry Entry(AccountRow account, ActivitySide side, string other, string words) =>
        new(account.Public(), ActivityType.Transfer, side, Amount, Description ?? words, "transfer", Id)
        {
            Reference = Reference,
            Counterparty = other,
            IsOwn = IsOwn,
        };

    /// <summary>The row as the posting has left it.</summary>
    public TransferRow Made(DateTimeOffset at) =>
        new(
            Id,
            From.Id,
            From.OwnerType,
            From.OwnerId,
            FromName,
            To.Id,
            To.OwnerType,
            To.OwnerId,
            ToName,
            Amount.Value,
            Amount.Currency.Code,
            Reference,
            Description,
            at
        );

    AlongsideRow Row() =>
        new(
            Insert,
            $"transfers/{Id}",
            [
                Id,
                From.Book,
                From.Id,
                From.OwnerType,
                From.OwnerId,
                FromName,
                To.Id,
                To.OwnerType,
                To.OwnerId,
                ToName,
                Amount.Value,
                Amount.Currency.Code,
                Reference,
                Description,
                AskedBy,
                Id,
                Fill.RecordedAt,
            ]
        );

    const string InsertWriterSql = """
        insert into accounts.transfers (id, book, from_account, from_owner_type, from_owner_id, from_name, to_account, to_owner_type, to_owner_id, to_name,
               amount, currency, reference, description, asked_by, transaction_id, completed_at)
        select u.id, u.book, u.from_account, u.from_owner_type, u.from_owner_id, u.from_name, u.to_account, u.to_owner_type, u.to_owner_id, u.to_name,
               u.amount, u.currency, u.reference, u.description, u.asked_by, u.transaction_id, u.now
          from unnest($1::int[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::uuid[], $7::text[], $8::uuid[], $9::text[], $10::uuid[], $11::text[],
                      $12::numeric[], $13::text[], $14::text[], $15::text[], $16::uuid[], $17::uuid[], $18::timestamptz[])
            as u (ordinal, id, book, from_account, from_owner_type, from_owner_id, from_name, to_account, to_owner_type, to_owner_id, to_name,
            amount, currency,
                  reference, description, asked_by, transaction_id, now)
        """;
}
