using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hazina.Platform.Security;
using Hazina.Testing;
using Hazina.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Platform.Tests.Host;

/// <summary>Every route, asked by everybody. A route that is not in the table below fails, so that nobody maps one without saying whom it is for.</summary>
public sealed partial class MatrixTests
{
    const string Everything = "key",
        Nothing = "key without permissions",
        Nobody = "nobody";

    /// <summary>
    /// The route, who may ask it, and what it answers them to an empty body about things that do not exist. All others get 403, and nobody gets 401.
    /// <c>key</c> is a key with all permissions; <c>people</c> are all roles.
    /// </summary>
    const string Table = """
        GET    /                                                      anyone      200
        GET    /docs/refusals/                                        anyone      200
        GET    /docs/refusals/{code}                                  anyone      404
        GET    /health/live                                           anyone      200
        GET    /health/ready                                          anyone      200
        GET    /openapi/{documentName}.json                           anyone      404

        POST   /v1/ledger/accounts                                    key         400
        PATCH  /v1/ledger/accounts/{account}                          key         404
        POST   /v1/ledger/accounts/{account}/freeze                   key         404
        POST   /v1/ledger/accounts/{account}/unfreeze                 key         404
        POST   /v1/ledger/accounts/{account}/close                    key         404
        POST   /v1/ledger/transactions                                key         400
        POST   /v1/ledger/transactions/bulk                           key         400
        POST   /v1/ledger/transactions/{transaction}/reversal         key         400
        POST   /v1/ledger/reservations                                key         400
        POST   /v1/ledger/reservations/{reservation}/capture          key         404
        POST   /v1/ledger/reservations/{reservation}/release          key         404
        GET    /v1/ledger/currencies                                  key,staff   200
        GET    /v1/ledger/accounts                                    key,staff   200
        GET    /v1/ledger/accounts/{account}                          key,staff   404
        GET    /v1/ledger/accounts/{account}/balance                  key,staff   404
        GET    /v1/ledger/accounts/{account}/balance/explanation      key,staff   404
        GET    /v1/ledger/accounts/{account}/entries                  key,staff   404
        GET    /v1/ledger/accounts/{account}/reservations             key,staff   404
        GET    /v1/ledger/accounts/{account}/turnover                 key,staff   400
        GET    /v1/ledger/proof                                       key,staff   200
        GET    /v1/ledger/reservations/{reservation}                  key,staff   404
        GET    /v1/ledger/transactions                                key,staff   200
        GET    /v1/ledger/transactions/{transaction}                  key,staff   404
        GET    /v1/ledger/transactions/{transaction}/receipt          key,staff   404
        GET    /v1/ledger/trial-balance                               key,staff   200

        POST   /v1/auth/register                                      anyone      400
        POST   /v1/auth/verify                                        anyone      400
        POST   /v1/auth/resend                                        anyone      400
        POST   /v1/auth/sign-in                                       anyone      400
        GET    /v1/auth/providers                                     anyone      200
        POST   /v1/auth/providers/{provider}/begin                    anyone      404
        POST   /v1/auth/providers/{provider}/finish                   anyone      400
        POST   /v1/auth/sign-in/passkey/begin                         anyone      201
        POST   /v1/auth/sign-in/passkey                               anyone      400
        POST   /v1/auth/sign-in/second-step/passkey                   anyone      400
        POST   /v1/auth/password/forgot                               anyone      400
        POST   /v1/auth/password/reset                                anyone      400
        POST   /v1/auth/password/change                               people      400
        GET    /v1/me                                                 people      200
        PATCH  /v1/me                                                 people      400
        GET    /v1/me/preferences                                     people      200
        PATCH  /v1/me/preferences                                     people      400
        GET    /v1/me/activity                                        people      200
        POST   /v1/auth/confirm/passkey                               people      404
        GET    /v1/me/linked-logins                                   people      200
        POST   /v1/me/linked-logins/begin                             people      400
        POST   /v1/me/linked-logins                                   people      400
        DELETE /v1/me/linked-logins/{login}                           people      404
        GET    /v1/me/passkeys                                        people      200
        POST   /v1/me/passkeys/begin                                  people      201
        POST   /v1/me/passkeys                                        people      400
        PATCH  /v1/me/passkeys/{passkey}                              people      400
        DELETE /v1/me/passkeys/{passkey}                              people      404
        GET    /v1/sessions                                           people      200
        DELETE /v1/sessions                                           people      204
        DELETE /v1/sessions/{session}                                 people      404

        POST   /v1/auth/sign-in/second-step                           anyone      400
        POST   /v1/auth/confirm                                       people      400
        GET    /v1/me/authenticator                                   people      404
        POST   /v1/me/authenticator                                   people      201
        POST   /v1/me/authenticator/confirm                           people      400
        DELETE /v1/me/authenticator                                   people      404
        POST   /v1/me/recovery-codes                                  people      404
        GET    /v1/me/contact-change                                  people      404
        POST   /v1/me/contact-change                                  people      400
        POST   /v1/me/contact-change/verify                           people      400
        DELETE /v1/me/contact-change                                  people      404

        GET    /v1/me/export                                          people      200
        GET    /v1/me/erasure                                         people      404
        POST   /v1/me/erasure                                         people      202
        DELETE /v1/me/erasure                                         people      204

        GET    /v1/audit                                              compliance,admin   200
        GET    /v1/audit/{entry}                                      compliance,admin   404
        GET    /v1/events                                             key         200
        GET    /v1/events/parked                                      operations,admin  200
        POST   /v1/events/parked/{parked}/retry                       operations,admin  404
        POST   /v1/events/parked/{parked}/skip                        operations,admin  404
        GET    /v1/approvals                                          staff       200
        GET    /v1/approvals/{approval}                               staff       404
        POST   /v1/approvals/{approval}/approve                       staff       404
        POST   /v1/approvals/{approval}/reject                        staff       400
        POST   /v1/approvals/{approval}/withdraw                      staff       404
        POST   /v1/approvals/{approval}/give-up                       operations,admin  400
        GET    /v1/api-calls                                          key,partner,staff  200

        GET    /v1/keys                                               partner,admin   200
        POST   /v1/keys                                               people      400
        GET    /v1/keys/{key}                                         people      404
        PATCH  /v1/keys/{key}                                         people      400
        DELETE /v1/keys/{key}                                         people      404
        POST   /v1/keys/{key}/rotation                                people      404

        GET    /v1/users                                              staff       200
        GET    /v1/users/{user}                                       staff       404
        POST   /v1/users/{user}/sign-out                              staff       400
        POST   /v1/users/{user}/suspend                               staff       400
        POST   /v1/users/{user}/reinstate                             staff       400
        PUT    /v1/users/{user}/roles                                 admin       400
        PUT    /v1/users/{user}/kyc-status                            compliance  400

        POST   /v1/organizations                                      people      400
        GET    /v1/organizations                                      people      200
        GET    /v1/organizations/{organization}                       people      404
        PATCH  /v1/organizations/{organization}                       people      400
        POST   /v1/organizations/{organization}/suspend               staff       400
        POST   /v1/organizations/{organization}/reinstate             staff       400
        GET    /v1/organizations/{organization}/members               people      404
        PATCH  /v1/organizations/{organization}/members/{user}        people      400
        DELETE /v1/organizations/{organization}/members/{user}        people      404
        GET    /v1/organizations/{organization}/invitations           people      404
        POST   /v1/organizations/{organization}/invitations           people      400
        DELETE /v1/organizations/{organization}/invitations/{invitation}  people  404
        GET    /v1/me/invitations                                     people      200
        POST   /v1/me/invitations/{invitation}/accept                 people      404
        POST   /v1/me/invitations/{invitation}/decline                people      404

        POST   /v1/accounts                                           key,people  400
        GET    /v1/accounts                                           key,people  200
        GET    /v1/accounts/{account}                                 key,people  404
        PATCH  /v1/accounts/{account}                                 key,people  400
        POST   /v1/accounts/{account}/freeze                          key,people  404
        POST   /v1/accounts/{account}/unfreeze                        key,people  404
        POST   /v1/accounts/{account}/close                           key,people  400
        GET    /v1/accounts/{account}/balance                         key,people  404
        GET    /v1/accounts/{account}/balance/explanation             key,people  404
        GET    /v1/balances                                           key,people  200
        GET    /v1/accounts/{account}/activity                        key,people  404
        PATCH  /v1/accounts/{account}/activity/{entry}                key,people  400
        POST   /v1/accounts/{account}/activity/{entry}/attachments    key,people  400
        GET    /v1/accounts/{account}/activity/{entry}/attachments    key,people  404
        GET    /v1/accounts/{account}/activity/{entry}/attachments/{attachment}  key,people  404
        DELETE /v1/accounts/{account}/activity/{entry}/attachments/{attachment}  key,people  404
        GET    /v1/accounts/{account}/spending                        key,people  404
        POST   /v1/accounts/{account}/statements                      key,people  400
        GET    /v1/accounts/{account}/statements                      key,people  404
        GET    /v1/statements/{statement}                             key,people  404
        GET    /v1/fees                                               key,people  200
        POST   /v1/fees/quote                                         key,people  400
        PUT    /v1/fees/{type}                                        operations,admin  400
        GET    /v1/fee-charges                                        key,people  200
        GET    /v1/reports/revenue                                    staff       400

        POST   /v1/payments                                           key,people  400
        POST   /v1/payments/quote                                     key,people  400
        GET    /v1/payments                                           key,people  400
        GET    /v1/payments/{payment}                                 key,people  404
        POST   /v1/payments/{payment}/capture                         key,people  400
        POST   /v1/payments/{payment}/cancel                          key,people  400
        POST   /v1/payments/{payment}/refunds                         key,people  400
        GET    /v1/payments/{payment}/timeline                        key,people  404

        POST   /v1/payment-intents                                    key,people  400
        GET    /v1/payment-intents                                    key,people  400
        GET    /v1/payment-intents/{intent}                           key,people  404
        GET    /v1/payment-intents/{intent}/timeline                  key,people  404
        POST   /v1/payment-intents/{intent}/sources                   key,people  400
        POST   /v1/payment-intents/{intent}/confirm                   key,people  400
        POST   /v1/payment-intents/{intent}/capture                   key,people  400
        POST   /v1/payment-intents/{intent}/cancel                    key,people  400

        GET    /v1/accounts/{account}/interest                        key,people  404
        GET    /v1/interest-rates                                     key,people  200
        PUT    /v1/interest-rates/{currency}                          operations,admin  400
        GET    /v1/statements/{statement}/file                        key,people  400
        GET    /v1/accounts/{account}/limits                          key,people  404
        PATCH  /v1/accounts/{account}/limits                          key,people  400
        PUT    /v1/accounts/{account}/limits                          people      404
        PUT    /v1/accounts/{account}/credit-line                     operations,admin  400
        POST   /v1/accounts/{account}/adjustments                     operations,admin  400
        PUT    /v1/holders/{holder}/tier                              operations,admin  400
        GET    /v1/account-totals                                     staff       200
        POST   /v1/category-rules                                     key,people  400
        GET    /v1/category-rules                                     key,people  200
        DELETE /v1/category-rules/{rule}                              key,people  404
        POST   /v1/transfers                                          key,people  400
        GET    /v1/transfers/{transfer}                               key,people  404
        POST   /v1/transfers/recipients                               key,people  400
        POST   /v1/beneficiaries                                      key,people  400
        GET    /v1/beneficiaries                                      key,people  200
        DELETE /v1/beneficiaries/{beneficiary}                        key,people  404

        POST   /v1/callbacks/{provider}/{secret}                      anyone      404
        POST   /k/{secret}                                            anyone      404
        POST   /v1/funding-sessions                                   key,people  400
        GET    /v1/funding-sessions                                   key,people  200
        POST   /v1/funding-sessions/quote                             key,people  400
        GET    /v1/funding-sessions/{session}                         key,people  404
        POST   /v1/withdrawals                                        key,people  400
        GET    /v1/withdrawals                                        key,people  200
        POST   /v1/withdrawals/quote                                  key,people  400
        GET    /v1/withdrawals/{withdrawal}                           key,people  404
        POST   /v1/withdrawals/{withdrawal}/cancel                    key,people  404
        GET    /v1/operations/payments                                key,staff   200
        GET    /v1/operations/provider-calls                          operations,admin  200
        GET    /v1/operations/provider-calls/{call}                   operations,admin  404
        POST   /v1/operations/provider-calls/{call}/resolution        operations,admin  400
        POST   /v1/operations/provider-calls/{call}/reversal          operations,admin  400
        GET    /v1/operations/reversals                               operations,admin  200
        GET    /v1/operations/reversals/{reversal}                    operations,admin  404
        GET    /v1/operations/suspense                                operations,admin  200
        POST   /v1/operations/suspense/{suspense}/assignment          operations,admin  400
        POST   /v1/operations/rail-statements                         key,staff   415
        GET    /v1/operations/rail-statements                         key,staff   200
        GET    /v1/operations/rail-statements/{statement}             key,staff   404
        POST   /v1/operations/rail-settlements                        operations,admin  400
        GET    /v1/operations/rail-settlements                        key,staff   200
        GET    /v1/operations/breaks                                  key,staff   200
        GET    /v1/operations/breaks/{break}                          key,staff   404
        POST   /v1/operations/breaks/{break}/resolve                  operations,admin  400
        POST   /v1/operations/trust-proofs                            key,staff   400
        GET    /v1/operations/trust-proofs                            key,staff   200
        GET    /v1/operations/trust-proofs/{proof}                    key,staff   404
        GET    /v1/operations/withdrawals                             staff       200
        POST   /v1/operations/withdrawals/{withdrawal}/approve        staff       404
        POST   /v1/operations/withdrawals/{withdrawal}/reject         staff       404

        POST   /v1/payment-requests                                   key,people  400
        GET    /v1/payment-requests                                   key,people  200
        GET    /v1/payment-requests/{request}                         key,people  404
        POST   /v1/payment-requests/{request}/pay                     key,people  400
        POST   /v1/payment-requests/{request}/decline                 key,people  404
        POST   /v1/payment-requests/{request}/cancel                  key,people  404
        POST   /v1/payment-requests/{request}/block                   key,people  404
        GET    /v1/payment-request-blocks                             key,people  200
        DELETE /v1/payment-request-blocks/{block}                     key,people  404

        POST   /v1/standing-orders                                    key,people  400
        GET    /v1/standing-orders                                    key,people  200
        GET    /v1/standing-orders/{order}                            key,people  404
        GET    /v1/standing-orders/{order}/runs                       key,people  404
        POST   /v1/standing-orders/{order}/pause                      key,people  404
        POST   /v1/standing-orders/{order}/resume                     key,people  404
        POST   /v1/standing-orders/{order}/skip                       key,people  400
        POST   /v1/standing-orders/{order}/end                        key,people  404

        POST   /v1/payout-batches                                     key,people  400
        GET    /v1/payout-batches                                     key,people  200
        GET    /v1/payout-batches/{batch}                             key,people  404
        GET    /v1/payout-batches/{batch}/rows                        key,people  404
        GET    /v1/payout-batches/{batch}/result                      key,people  404
        POST   /v1/payout-batches/{batch}/cancel                      key,people  404
        POST   /v1/payout-batches/{batch}/confirm                     people      404
        POST   /v1/payout-batches/{batch}/approve                     people      404
        GET    /v1/operations/payout-batches                          staff       200
        POST   /v1/operations/payout-batches/{batch}/approve          staff       404
        POST   /v1/operations/payout-batches/{batch}/reject           staff       404

        POST   /v1/auth/sign-out                                      people      204
        """;

    static readonly IReadOnlyDictionary<string, string> Groups = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["people"] = string.Join(',', Role.All),
        ["staff"] = string.Join(',', Role.Staff),
        ["anyone"] = string.Join(',', [Nobody, Nothing, Everything, .. Role.All]),
    };

    [Fact]
    public async Task Every_route_answers_everybody_as_it_should()
    {
        await using var app = await HazinaApp.StartAsync(
            settings: new Dictionary<string, string?> { ["Identity:PasswordCost"] = "10" },
            add: s => s.AddPermissions(new Permission("test.nothing", "opens nothing"))
        );
        var rows = Rows();
        var known = rows.Select(r => r.Route).ToHashSet(StringComparer.Ordinal);
        var mapped = Routes(app).ToHashSet(StringComparer.Ordinal);
        Assert.True(
            mapped.SetEquals(known),
            $"Not in the table: {Listed(mapped.Except(known))}\nNot mapped: {Listed(known.Except(mapped))}"
        );

        using var useless = await app.ClientAsync("live", "test.nothing");
        var callers = new List<(string Name, HttpClient Client)> { (Nobody, app.Anonymous), (Nothing, useless), (Everything, app.Client) };
        // The last administrator could not go.
        using var another = await Person.SignedInAsync(app, Role.Admin);
        foreach (var role in Role.All)
            callers.Add((role, (await Person.SignedInAsync(app, role)).Client));
        List<string> wrong = [];
        foreach (var row in rows)
        {
            foreach (var (name, client) in callers)
            {
                var expected =
                    row.Who.Contains(name) ? row.Status
                    : name == Nobody ? 401
                    : 403;
                var answer = await Ask(client, row.Route);
                if ((int)answer.Status != expected)
                    wrong.Add($"{row.Route} by {name}: {(int)answer.Status}, not {expected}: {answer.Text}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    static string Listed(IEnumerable<string> routes) => string.Join(", ", routes.Order(StringComparer.Ordinal));

    static async Task<Reply> Ask(HttpClient client, string route)
    {
        var parts = route.Split(' ');
        var path = Hole().Replace(parts[1], _ => Guid.CreateVersion7().ToString());
        using var request = new HttpRequestMessage(new HttpMethod(parts[0]), path);
        if (parts[0] is "POST" or "PATCH" or "PUT")
            request.Content = JsonContent.Create(new JsonObject());
        return await Reply.Of(await client.SendAsync(request));
    }

    static IEnumerable<string> Routes(HazinaApp app) =>
        from endpoint in app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["ANY"]
        where method != "HEAD"
        // What a page does is judged where it calls the API.
        where endpoint.Metadata.GetMetadata<PageRoute>() is null
        select $"{method} {Path(endpoint.RoutePattern.RawText!)}";

    static string Path(string pattern) => pattern.StartsWith('/') ? pattern : "/" + pattern;

    static List<(string Route, HashSet<string> Who, int Status)> Rows() =>
        [
            .. Table
                .Split('\n')
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(cells => cells.Length == 4)
                .Select(cells =>
                    (
                        $"{cells[0]} {cells[1]}",
                        cells[2].Split(',').SelectMany(w => Groups.GetValueOrDefault(w, w).Split(',')).ToHashSet(StringComparer.Ordinal),
                        int.Parse(cells[3], System.Globalization.CultureInfo.InvariantCulture)
                    )
                ),
        ];

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Hole();
}
