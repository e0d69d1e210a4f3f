using System.Text.Json;
using Dapper;
using Hazina.Platform.Canonical;
using Hazina.Platform.Http;
using Npgsql;

namespace Hazina.Accounts.Transfers;

/// <summary>
/// What the sender's list says of a transfer that was refused: that it was tried, and why nothing came of it. No money has moved, so it is written by itself;
/// the recipient's list says nothing, and this one does not name them.
/// </summary>
static class FailedTransfer
{
    /// <summary>Of one account in a day: whoever tries on and on fills no tables.</summary>
    const int MostADay = 50;

    /// <param name="act">In which the key is kept, too.</param>
    public static async Task Note(
        TransferOrder order,
        Refusal refusal,
        NpgsqlTransaction act,
        DateTimeOffset now,
        CancellationToken stop
    ) =>
        await act.Connection!.ExecuteAsync(
            new CommandDefinition(
                InsertWriterSql,
                new
                {
                    id = NamedId.Of($"transfers/{order.Id}/failed", order.Id),
                    account = order.From.Id,
                    order.From.OwnerType,
                    order.From.OwnerId,
                    order.From.Book,
                    amount = order.Amount.Value,
                    order.From.Currency,
                    order.Category,
                    order.Reference,
                    description = order.Description ?? "Transfer",
                    order.IsOwn,
                    transfer = order.Id,
                    details = JsonSerializer.Serialize(new { refusal = refusal.Type.Code }),
                    now,
                    most = MostADay,
                },
                act,
                cancellationToken: stop
            )
        );

    const string InsertWriterSql = """
        insert into accounts.activity (id, account_id, owner_type, owner_id, book, type, status, side, amount, currency, category, category_by, reference,
               description, is_own, source, source_id, transaction_id, journal_row, details, occurred_at, updated_at)
        select @id::uuid, @account::uuid, @ownerType, @ownerId::uuid, @book, 'transfer', 'failed', 'debit', @amount::numeric, @currency, @category::text,
               case when @category::text is not null then 'module' end, @reference::text, @description, @isOwn::boolean, 'transfer',
               @transfer::uuid, @transfer::uuid, 0, @details::jsonb, @now::timestamptz, @now::timestamptz
         where (select count(*) from accounts.activity a
                 where a.account_id = @account::uuid and a.status = 'failed' and a.occurred_at > @now::timestamptz - interval '1 day') < @most
            on conflict (id) do nothing
        """;
}
