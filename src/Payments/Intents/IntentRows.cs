using Hazina.Ledger;
using NpgsqlTypes;

namespace Hazina.Payments.Intents;

/// <summary>Intents and their legs as they are written, with the posting that moves their money or without one.</summary>
static class IntentRows
{
    static readonly AlongsideStatement ChangeStatement = new(
        "payments",
        "payments.change_intent",
        ChangeWriterSql,
        [
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Integer,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.TimestampTz,
        ],
        Guarded: true
    );

    static readonly AlongsideStatement LegStatement = new(
        "payments",
        "payments.intent_leg",
        LegWriterSql,
        [
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Integer,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Bytea,
            NpgsqlDbType.Text,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Boolean,
            NpgsqlDbType.Boolean,
            NpgsqlDbType.TimestampTz,
        ]
    );

    static readonly AlongsideStatement DropStatement = new("payments", "payments.drop_intent_leg", DropWriterSql, [NpgsqlDbType.Uuid]);

    /// <summary>What the intent becomes; where it is another one by then, what this goes with ends as a conflict.</summary>
    /// <param name="before">As it was read.</param>
    /// <param name="after">As it is to be.</param>
    /// <param name="act">The request's, where one has asked for it.</param>
    public static AlongsideRow Change(Intent before, Intent after, Guid? act) =>
        new(
            ChangeStatement,
            $"intents/{before.Id}",
            [
                before.Id,
                before.Version,
                act,
                after.Status,
                after.Funded,
                after.PaymentId,
                after.CancellationReason,
                after.FailureCode,
                after.FailureReason,
                Fill.RecordedAt,
            ]
        );

    /// <summary>A leg as it is to be, new or not. The intent's row lets one at a time change it.</summary>
    public static AlongsideRow Leg(IntentLeg leg) =>
        new(
            LegStatement,
            $"intent_legs/{leg.Id}",
            [
                leg.Id,
                leg.IntentId,
                leg.Position,
                leg.Type,
                leg.OwnerType,
                leg.OwnerId,
                leg.AccountId,
                leg.IsPlanned ? leg.Party : null,
                leg.PartyShown,
                leg.Amount,
                leg.Status,
                leg.Receipt,
                leg.FailureCode,
                leg.FailureReason,
                leg.TransactionId,
                leg.ReturnId,
                leg.IsSuspended,
                leg.AskedAt is not null,
                Fill.RecordedAt,
            ]
        );

    /// <summary>A plan that another one takes the place of.</summary>
    public static AlongsideRow Drop(IntentLeg leg) => new(DropStatement, $"intent_legs/{leg.Id}", [leg.Id]);

    // Twenty requests are more than run at once.
    const string ChangeWriterSql = """
        update payments.intents i
           set status = u.status, funded = u.funded, payment_id = u.payment_id, cancellation_reason = u.reason, failure_code = u.failure_code,
               failure_reason = u.failure_reason,
               acts = case when u.act is null then i.acts else (i.acts || u.act)[greatest(cardinality(i.acts) - 18, 1):] end,
               version = i.version + 1, updated_at = u.now,
               confirmed_at = case when u.status in ('requires_action', 'requires_capture', 'succeeded') then coalesce(i.confirmed_at, u.now)
                                   else i.confirmed_at end,
               authorized_at = case when u.status in ('requires_capture', 'succeeded') then coalesce(i.authorized_at, u.now) else i.authorized_at end,
               succeeded_at = case when u.status = 'succeeded' then coalesce(i.succeeded_at, u.now) end,
               canceled_at = case when u.status = 'canceled' then coalesce(i.canceled_at, u.now) end
          from unnest($1::int[], $2::uuid[], $3::int[], $4::uuid[], $5::text[], $6::numeric[], $7::uuid[], $8::text[], $9::text[], $10::text[],
                      $11::timestamptz[])
            as u (ordinal, id, version, act, status, funded, payment_id, reason, failure_code, failure_reason, now)
         where i.id = u.id and i.version = u.version
        returning u.ordinal
        """;

    const string LegWriterSql = """
        insert into payments.intent_legs as l (id, intent_id, position, type, owner_type, owner_id, account_id, party, party_shown, amount, status, receipt,
               failure_code, failure_reason, transaction_id, return_id, is_suspended, created_at, updated_at, asked_at, authorized_at, ended_at)
        select u.id, u.intent_id, u.position, u.type, u.owner_type, u.owner_id, u.account_id, u.party, u.party_shown, u.amount, u.status, u.receipt,
               u.failure_code, u.failure_reason, u.transaction_id, u.return_id, u.is_suspended, u.now, u.now, case when u.is_asked then u.now end,
               case when u.status in ('authorized', 'captured') then u.now end, case when u.status in ('captured', 'failed', 'released') then u.now end
          from unnest($1::int[], $2::uuid[], $3::uuid[], $4::int[], $5::text[], $6::text[], $7::uuid[], $8::uuid[], $9::bytea[], $10::text[],
                      $11::numeric[], $12::text[], $13::text[], $14::text[], $15::text[], $16::uuid[], $17::uuid[], $18::boolean[], $19::boolean[],
                      $20::timestamptz[])
            as u (ordinal, id, intent_id, position, type, owner_type, owner_id, account_id, party, party_shown, amount, status, receipt, failure_code,
                  failure_reason, transaction_id, return_id, is_suspended, is_asked, now)
            on conflict (id) do update
               set party = excluded.party, status = excluded.status, receipt = excluded.receipt, failure_code = excluded.failure_code,
                   failure_reason = excluded.failure_reason, transaction_id = excluded.transaction_id, return_id = excluded.return_id,
                   is_suspended = excluded.is_suspended, updated_at = excluded.updated_at, asked_at = coalesce(l.asked_at, excluded.asked_at),
                   authorized_at = coalesce(l.authorized_at, excluded.authorized_at),
                   ended_at = case when l.status = excluded.status then l.ended_at else excluded.ended_at end
        """;

    const string DropWriterSql = """
        delete from payments.intent_legs l
         using unnest($1::int[], $2::uuid[]) as u (ordinal, id)
         where l.id = u.id and l.status = 'pending' and l.asked_at is null
        """;
}
