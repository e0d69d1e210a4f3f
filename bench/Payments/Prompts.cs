using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Hazina.Host;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazina.Bench.Payments;

/// <summary>Top-ups whose payers have been asked: rows as the server has them once M-Pesa has taken the prompt, numbered from 0.</summary>
static class Prompts
{
    public const decimal Amount = 100m;

    const int AtOnce = 5_000;

    /// <summary>The end of the path on which its vendor calls back.</summary>
    public static string Secret(long number) => string.Create(CultureInfo.InvariantCulture, $"prompt{number:0000000000000000}");

    static string Checkout(long number) => string.Create(CultureInfo.InvariantCulture, $"ws_CO_{number}");

    public static string Callback(long number)
    {
        var checkout = Checkout(number);
        return string.Create(
            CultureInfo.InvariantCulture,
            $$$$$"""
            {"Body":{"stkCallback":{"MerchantRequestID":"1-{{{{{number}}}}}","CheckoutRequestID":"{{{{{checkout}}}}}","ResultCode":0,
            "ResultDesc":"The service request is processed successfully.","CallbackMetadata":{"Item":[{"Name":"Amount","Value":100.00},
            {"Name":"MpesaReceiptNumber","Value":"R{{{{{number:000000000}}}}}"},{"Name":"Balance"},{"Name":"TransactionDate","Value":20261121183012},
            {"Name":"PhoneNumber","Value":254712345678}]}}}}
            """
        );
    }

    /// <summary>Makes so many more, for accounts that are there, taking turns.</summary>
    public static async Task<IResult> Make(long from, int count, HttpContext context)
    {
        var cipher = context.RequestServices.GetRequiredService<FieldCipher>();
        var party = new EncryptedColumn("payments", "provider_calls", "party");
        await using var source = NpgsqlDataSource.Create(
            context.RequestServices.GetRequiredService<ServerOptions>().OwnerConnectionString!
        );
        foreach (var some in Enumerable.Range(0, count).Select(i => from + i).Chunk(AtOnce))
        {
            var calls = some.Select(_ => Guid.CreateVersion7()).ToArray();
            await using var command = source.CreateCommand(MakeOwnerSql);
            command.Parameters.AddWithValue(calls);
            command.Parameters.AddWithValue(some.Select(_ => Guid.CreateVersion7()).ToArray());
            command.Parameters.AddWithValue(calls.Select(id => cipher.Seal("""{"phone":"254712345678"}"""u8, party.PlaceOf(id))).ToArray());
            command.Parameters.AddWithValue(some.Select(n => SHA256.HashData(Encoding.UTF8.GetBytes(Secret(n)))).ToArray());
            command.Parameters.AddWithValue(some.Select(Checkout).ToArray());
            command.Parameters.AddWithValue(some);
            command.Parameters.AddWithValue(Amount);
            await command.ExecuteNonQueryAsync();
        }

        return Results.NoContent();
    }

    const string MakeOwnerSql = """
        with holders as (
            select id, owner_id, row_number() over (order by id) - 1 as place, count(*) over () as many
              from accounts.accounts where owner_type = 'organization'
        ), prompts as (
            select u.*, h.id as account, h.owner_id as owner
              from unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::bytea[], $5::text[], $6::bigint[]) as u (call, session, party, hash, checkout, number)
              join holders h on h.place = u.number % h.many
        ), calls as (
            insert into payments.provider_calls (id, provider, kind, purpose, purpose_id, book, amount, currency, party, party_shown, reference, status,
                   vendor_id, attempts, deadline_at, created_at, updated_at)
            select call, 'mpesa', 'collect', 'funding', session, 'live', $7, 'KES', party, '2547•••••678', 'B' || number, 'prompted', checkout, 1,
                   now() + interval '1 day', now(), now()
              from prompts
        ), sessions as (
            insert into payments.funding_sessions (id, book, account_id, owner_type, owner_id, source, payer_shown, amount, currency, status, call_id,
                   asked_by, expires_at, created_at, updated_at)
            select session, 'live', account, 'organization', owner, 'mpesa', '2547•••••678', $7, 'KES', 'processing', call, owner,
                   now() + interval '1 day', now(), now()
              from prompts
        )
        insert into payments.callback_tokens (hash, call_id, kind, made_at) select hash, call, 'result', now() from prompts
        """;
}
