using System.Net;
using System.Text;
using Dapper;

namespace Hazina.Payments.Tests.Providers;

public sealed class InboxTests(PaymentsServer server)
{
    [Fact]
    public async Task Nobody_is_heard_on_a_path_that_was_not_made_and_large_bodies_are_turned_away()
    {
        var client = (await server.App).Anonymous;
        using var body = new StringContent("{}", Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync("/v1/callbacks/mpesa/AAAAAAAAAAAAAAAAAAAAAA", body)).StatusCode);
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await client.PostAsync($"/v1/callbacks/visa/{PaymentsServer.NoticeSecret}", body)).StatusCode
        );
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await client.PostAsync($"/v1/callbacks/dtb/{PaymentsServer.NoticeSecret}", body)).StatusCode
        );
        using var large = new StringContent(new string('x', 70_000), Encoding.UTF8, "application/json");
        Assert.Equal(
            HttpStatusCode.RequestEntityTooLarge,
            (await client.PostAsync($"/v1/callbacks/mpesa/{PaymentsServer.NoticeSecret}", large)).StatusCode
        );
    }

    [Fact]
    public async Task What_comes_is_kept_encrypted_once_however_often_it_comes_and_understood_or_put_aside()
    {
        var client = (await server.App).Anonymous;
        var said = $"no json at all {Guid.CreateVersion7()}";
        for (var i = 0; i < 3; i++)
        {
            using var body = new StringContent(said, Encoding.UTF8, "application/json");
            var answer = await client.PostAsync($"/v1/callbacks/mpesa/{PaymentsServer.NoticeSecret}", body);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("""{"ResultCode":0,"ResultDesc":"Accepted"}""", await answer.Content.ReadAsStringAsync());
        }

        await using var owner = await server.Owner();
        await Eventually.TrueAsync(
            async () =>
                await owner.ExecuteScalarAsync<int>("select count(*)::int from payments.callbacks where copies = 3 and status = 'ignored'")
                >= 1,
            "it is put aside"
        );
        var plain = await owner.ExecuteScalarAsync<bool>(
            "select exists (select from payments.callbacks where position(convert_to(@said, 'UTF8') in content) > 0)",
            new { said }
        );
        Assert.False(plain);
    }

    [Fact]
    public async Task Every_table_of_payments_has_row_level_security_and_shows_requests_their_own_rows_alone()
    {
        await using var connection = await server.Owner();
        Assert.Empty(
            await connection.QueryAsync<string>(
                """
                select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                 where n.nspname = 'payments' and c.relkind = 'r'
                   and not (c.relrowsecurity and c.relforcerowsecurity
                            and exists (select from pg_policy p where p.polrelid = c.oid and 'payments_writer'::regrole = any (p.polroles)))
                """
            )
        );
        var (asha, juma) = (await server.Someone(), await server.Someone());
        var purse = await asha.Account(500);
        await PaymentsServer.TopUp(asha, purse, "mpesa", PaymentsServer.Number(), 5);
        await PaymentsServer.Withdraw(asha, purse, PaymentsServer.Phone(PaymentsServer.Number()), 5);
        await using var requests = await (await server.App).Database.Requests("payments").OpenConnectionAsync();
        foreach (var table in (string[])["funding_sessions", "withdrawals"])
        {
            Assert.Empty(await requests.QueryAsync<Guid>($"select owner_id from payments.{table}"));
            await using var transaction = await requests.BeginTransactionAsync();
            await requests.ExecuteAsync("select set_config('app.user_id', @id, true)", new { id = juma.Id.ToString() }, transaction);
            Assert.Empty(await requests.QueryAsync<Guid>($"select owner_id from payments.{table}", transaction: transaction));
            await requests.ExecuteAsync("select set_config('app.user_id', @id, true)", new { id = asha.Id.ToString() }, transaction);
            Assert.Equal([asha.Id], await requests.QueryAsync<Guid>($"select owner_id from payments.{table}", transaction: transaction));
        }
    }
}
