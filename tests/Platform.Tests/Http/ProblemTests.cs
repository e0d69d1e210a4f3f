using System.Net;
using System.Net.Sockets;
using System.Text;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Hazina.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Hazina.Platform.Tests.Http;

public sealed class ProblemTests(ProblemTests.Server server) : IClassFixture<ProblemTests.Server>
{
    HttpClient Client => server.App.Anonymous;

    [Theory]
    [InlineData("{", "malformed")]
    [InlineData("", null)]
    [InlineData("null", null)]
    [InlineData("[]", "wrong_type")]
    [InlineData("\"text\"", "wrong_type")]
    [InlineData("""{"name":"a","name":"b"}""", "/name duplicate_field")]
    [InlineData("""{"name":"a","nmae":"b"}""", "/nmae unknown_field")]
    [InlineData("""{"Name":"a"}""", "/Name unknown_field")]
    [InlineData("""{"name":7}""", "/name wrong_type")]
    [InlineData("""{"count":"7"}""", "/count wrong_type")]
    [InlineData("""{"count":7.5}""", "/count wrong_type")]
    [InlineData("""{"count":99999999999}""", "/count wrong_type")]
    [InlineData("""{"id":"7"}""", "/id wrong_type")]
    [InlineData("""{"at":"2026-01-31T09:30:00"}""", "/at wrong_format")]
    [InlineData("""{"at":"2026-01-31T09:30:00.1234567Z"}""", "/at wrong_format")]
    [InlineData("""{"at":"yesterday"}""", "/at wrong_format")]
    [InlineData("""{"at":1700000000}""", "/at wrong_format")]
    [InlineData("""{"day":"31.01.2026"}""", "/day wrong_type")]
    [InlineData("""{"colour":"blue"}""", "/colour unknown_value")]
    [InlineData("""{"colour":1}""", "/colour unknown_value")]
    [InlineData("""{"flag":"true"}""", "/flag wrong_type")]
    [InlineData("""{"amount":{"amount":1250.00,"currency":"KES"}}""", "/amount/amount wrong_type")]
    [InlineData("""{"amount":{"amount":"1","currency":"KES","scale":2}}""", "/amount/scale unknown_field")]
    [InlineData("""{"amount":"1250.00"}""", "/amount wrong_type")]
    [InlineData("""{"parts":[{"name":"a"},{"name":{}}]}""", "/parts/1/name wrong_type")]
    [InlineData("""{"parts":{}}""", "/parts wrong_type")]
    [InlineData("""{"parts":[{"a/b~c":1}]}""", "/parts/0/a~1b~0c unknown_field")]
    [InlineData("""{"name":NaN}""", null)]
    [InlineData("""{"name":"a"} {"name":"b"}""", null)]
    [InlineData("""{"name":"\ud800"}""", null)]
    public async Task A_body_that_cannot_be_read_names_the_place(string body, string? error)
    {
        var problem = await (await Client.PostAsync("/test/echo", Wire.Json(body))).Problem(
            HttpStatusCode.BadRequest,
            "platform.malformed_body"
        );
        if (error is null || !error.Contains('/', StringComparison.Ordinal))
            return;
        Assert.Equal([error], problem.Errors());
        Assert.Equal(error.Split(' ')[0][1..].Replace('/', '.'), problem.Text("param"));
    }

    [Fact]
    public async Task A_nest_of_brackets_and_bytes_that_are_no_text_are_refused()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"inner\":", 5000)) + "1" + new string('}', 5000);
        await (await Client.PostAsync("/test/echo", Wire.Json(deep))).Problem(HttpStatusCode.BadRequest, "platform.malformed_body");

        using var bytes = new ByteArrayContent([.. "{\"name\":\""u8, 0xFF, 0xFE, .. "\"}"u8]);
        bytes.Headers.ContentType = new("application/json");
        await (await Client.PostAsync("/test/echo", bytes)).Problem(HttpStatusCode.BadRequest, "platform.malformed_body");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=klingon")]
    public async Task Another_content_type_is_415(string type)
    {
        using var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        await (await Client.PostAsync("/test/echo", content)).Problem(
            HttpStatusCode.UnsupportedMediaType,
            "platform.unsupported_media_type"
        );
    }

    [Fact]
    public async Task Ten_megabytes_are_taken_and_a_byte_more_is_413()
    {
        var room = Hazina.Host.Server.MaxBody - """{"name":""}""".Length;
        var full = await Client.PostAsync("/test/echo", Wire.Json($$"""{"name":"{{new string('a', room)}}"}"""));
        Assert.Equal(HttpStatusCode.OK, full.StatusCode);
        await (await Client.PostAsync("/test/echo", Wire.Json($$"""{"name":"{{new string('a', room + 1)}}"}"""))).Problem(
            HttpStatusCode.RequestEntityTooLarge,
            "platform.too_large"
        );
    }

    [Fact]
    public async Task Unknown_paths_and_methods_are_problems_too()
    {
        await (await Client.GetAsync("/v1/nothing")).Problem(HttpStatusCode.NotFound, "platform.not_found");
        var wrong = await Client.DeleteAsync("/test/echo");
        var problem = await wrong.Problem(HttpStatusCode.MethodNotAllowed, "platform.method_not_allowed");
        Assert.Contains("POST", problem.Text("detail"), StringComparison.Ordinal);
        Assert.Contains("POST", wrong.Content.Headers.Allow);
        using var head = await Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/v1/nothing"));
        Assert.Equal(HttpStatusCode.NotFound, head.StatusCode);
    }

    [Theory]
    [InlineData("/test/page?limit=x", "limit wrong_type")]
    [InlineData("/test/page?limit=0", "limit out_of_range")]
    [InlineData("/test/page?limit=101", "limit out_of_range")]
    [InlineData("/test/page?limit=99999999999999", "limit wrong_type")]
    [InlineData("/test/page?starting_after=x", "starting_after wrong_format")]
    [InlineData(
        "/test/page?starting_after=0198f0a2-7c1e-7d63-9a55-0c7b1f0e2a11&ending_before=0198f0a2-7c1e-7d63-9a55-0c7b1f0e2a11",
        "ending_before conflict"
    )]
    [InlineData("/test/need", "q required")]
    [InlineData("/v1/test/page?limt=5", "limt unknown_field")]
    [InlineData("/v1/test/page?Limit=5", "Limit unknown_field")]
    [InlineData("/v1/test/things/7?id=8", "id unknown_field")]
    [InlineData("/v1/test/page?context=1", "context unknown_field")]
    [InlineData("/v1/test/page?stop=1", "stop unknown_field")]
    public async Task A_parameter_at_fault_is_named(string path, string error)
    {
        var problem = await (await Client.GetAsync(path)).Problem(HttpStatusCode.BadRequest, "platform.invalid_request");
        Assert.Equal([error], problem.Errors());
        Assert.Equal(error.Split(' ')[0], problem.Text("param"));
    }

    [Theory]
    [InlineData("/v1/test/page?limit=5&starting_after=x&ending_before=y")]
    [InlineData("/v1/test/things/7")]
    [InlineData("/v1/test/beside?beside=1")]
    [InlineData("/health/live?anything=1")]
    public async Task Parameters_that_a_call_has_are_let_in(string path) =>
        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync(path)).StatusCode);

    [Fact]
    public async Task A_bug_is_a_500_that_tells_nothing_but_the_request()
    {
        var problem = await (await Client.GetAsync("/test/bug")).Problem(HttpStatusCode.InternalServerError, "platform.internal");
        Assert.DoesNotContain("secret", problem.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/test/down")]
    [InlineData("/test/terminated")]
    public async Task A_database_that_is_gone_is_a_503_with_a_time_to_come_back(string path)
    {
        var response = await Client.GetAsync(path);
        await response.Problem(HttpStatusCode.ServiceUnavailable, "platform.unavailable");
        Assert.NotNull(response.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task A_refusal_carries_what_the_verb_said()
    {
        var response = await Client.GetAsync("/test/refused");
        var problem = await response.Problem(HttpStatusCode.PaymentRequired, "test.broke");
        Assert.Equal("You have 3.", problem.Text("detail"));
        Assert.Equal("legs.0.amount", problem.Text("param"));
        Assert.Equal("/test/refused", problem.Text("instance"));
        Assert.False(problem.TryGetProperty("errors", out _));
    }

    [Fact]
    public async Task A_request_keeps_a_sane_id_and_is_given_one_otherwise()
    {
        async Task<string> Sent(string? id)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live");
            if (id is not null)
                request.Headers.TryAddWithoutValidation("Request-Id", id);
            return (await Client.SendAsync(request)).Headers.GetValues("Request-Id").Single();
        }

        Assert.Equal("my-own-id-1", await Sent("my-own-id-1"));
        foreach (var bad in (string?[])[null, "short", new string('a', 65), "with space 1", "<script>1234"])
            Assert.StartsWith("req_", await Sent(bad), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_are_not_to_be_sniffed_framed_or_kept()
    {
        var headers = (await Client.GetAsync("/test/bug")).Headers;
        Assert.Equal("nosniff", headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-store", headers.CacheControl?.ToString());
        Assert.Contains("frame-ancestors 'none'", headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.False(headers.Contains("Server"));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nBad Header\r\n\r\n")]
    [InlineData(
        "POST /test/echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}"
    )]
    [InlineData("NONSENSE\r\n\r\n")]
    [InlineData("POST /test/echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n")]
    public async Task What_is_not_http_is_400_and_never_500(string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(server.App.Address.Host, server.App.Address.Port);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(socket.GetStream());
        Assert.Contains(" 400 ", await reader.ReadLineAsync(), StringComparison.Ordinal);
    }

    public sealed class Server : IAsyncLifetime
    {
        static readonly RefusalType Broke = new("test.broke", 402, "Not enough", "Earn more.");

        public HazinaApp App { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            App = await HazinaApp.StartAsync(add: s => s.AddPermissions(new Permission("test.any", "anything")), map: Map);

        public ValueTask DisposeAsync() => App.DisposeAsync();

        static void Map(IEndpointRouteBuilder routes)
        {
            var test = routes.MapGroup("/test").AllowAnonymous();
            test.MapPost("/echo", (Thing thing) => thing);
            test.MapGet(
                "/page",
                IResult ([AsParameters] PageQuery query) =>
                {
                    var check = new Validation();
                    Page.Of(query, check).CursorId(check);
                    return check.Failed(out var refusal) ? refusal : Results.Ok();
                }
            );
            test.MapGet("/need", (string q) => q);
            var call = routes.MapGroup("/v1/test").AllowAnonymous();
            call.MapGet("/page", ([AsParameters] PageQuery query, HttpContext context, CancellationToken stop) => query);
            call.MapGet("/things/{id}", (int id) => id);
            call.MapGroup("").WithMetadata(new TakesParameter("beside")).MapGet("/beside", () => "read by hand");
            test.MapGet("/bug", string () => throw new InvalidOperationException("a secret of Hazina.Ledger"));
            test.MapGet("/refused", () => Broke.Because("You have 3.", "/legs/0/amount"));
            test.MapGet(
                "/down",
                async () =>
                {
                    await using var source = NpgsqlDataSource.Create("Host=/tmp;Port=1;Username=nobody;Timeout=1");
                    await source.OpenConnectionAsync();
                }
            );
            test.MapGet(
                "/terminated",
                async (Hazina.Platform.Postgres.Database database) =>
                {
                    await using var connection = await database.Bare().OpenConnectionAsync();
                    await using var command = new NpgsqlCommand("select pg_terminate_backend(pg_backend_pid())", connection);
                    await command.ExecuteNonQueryAsync();
                }
            );
        }
    }

    internal sealed record Thing(
        string? Name,
        int? Count,
        Guid? Id,
        DateTimeOffset? At,
        DateOnly? Day,
        Colour? Colour,
        bool? Flag,
        WireAmount? Amount,
        IReadOnlyList<Thing>? Parts
    );

    internal enum Colour
    {
        DarkRed,
        Green,
    }
}
