using Hazina.Accounts.Activities;
using Hazina.Accounts.Holdings;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Http;
using NpgsqlTypes;

namespace Hazina.Accounts.Transfers;

/// <summary>A transfer as it is asked for, and the rows that commit with it: the transfer, what each side reads, and what is told.</summary>
/// <param name="Id">The transfer's, whichever try of it goes through.</param>
/// <param name="FromName">As the recipient is told it.</param>
/// <param name="Category">The sender's own.</param>
/// <param name="AskedBy">A person or a key.</param>
sealed record TransferOrder(
    Guid Id,
    AccountRow From,
    string FromName,
    Destination To,
    Amount Amount,
    string? Reference,
    string? Description,
    string? Category,
    Guid AskedBy
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
    public bool IsOwn => From.Holder == To.Account.Holder;

    public Posting Posting(Guid id, IReadOnlyList<Condition> conditions) =>
        Postings.Transfer(id, From.Book, From.Id, To.Account.Id, Amount, conditions) with
        {
            WhenPosted =
            [
                Row(id),
                ActivityRows.Insert(id, Entry(From, ActivitySide.Debit, To.Name, $"To {To.Name}") with { Category = Category }),
                ActivityRows.Insert(
                    id,
                    IsOwn
                        ? Entry(To.Account, ActivitySide.Credit, From.Nickname ?? From.Shown, $"From {From.Nickname ?? From.Shown}")
                        : Entry(To.Account, ActivitySide.Credit, FromName, $"From {FromName}")
                ),
                AlongsideRow.Event(
                    Events.TransferCompleted,
                    From.Book,
                    Id.ToString(),
                    new TransferCompleted(Id, From.Id, To.Account.Id, WireAmount.Of(Amount), id, IsOwn)
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

    AlongsideRow Row(Guid transaction) =>
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
                To.Account.Id,
                To.Account.OwnerType,
                To.Account.OwnerId,
                To.Name,
                Amount.Value,
                Amount.Currency.Code,
                Reference,
                Description,
                AskedBy,
                transaction,
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
