using System.Net;
using Hazina.Client;

namespace Hazina.Journeys.Tests.Clients;

/// <summary>The .NET client on servers that are in haste, newer than it, or silent.</summary>
public sealed class PatienceTests
{
    const string Preferences = """
        {"theme": "sepia", "language": "sw", "time_zone": "Africa/Nairobi", "currency": "KES", "font": {"size": 12}, "marketing": false,
        "notifications": {"email": true, "sms": false, "push": true, "owl": true}, "updated_at": "2026-03-01T09:00:00Z"}
        """;

    static readonly CreatePaymentRequest Payment = new()
    {
        Payer = Guid.CreateVersion7(),
        Payee = new CreatePaymentPayeeName { Number = "123456789012" },
        Amount = new Amount(1, "KES"),
    };

    [Fact]
    public async Task Fields_and_words_that_a_newer_server_adds_do_no_harm()
    {
        await using var server = await OtherServer.StartAsync(OtherServer.Json(Preferences));
        using var hazina = new HazinaClient(server.Address);
        var got = await hazina.GetPreferencesAsync();
        Assert.Equal((new Theme("sepia"), "sw"), (got.Theme, got.Language));
        Assert.NotEqual(Theme.Dark, got.Theme);
    }

    [Fact]
    public async Task An_answer_that_is_none_is_told_as_strange()
    {
        await using var server = await OtherServer.StartAsync(OtherServer.Json("<html>"), OtherServer.Busy(404, null));
        using var hazina = new HazinaClient(server.Address);
        var half = await Assert.ThrowsAsync<HazinaException>(() => hazina.GetPreferencesAsync());
        var page = await Assert.ThrowsAsync<HazinaException>(() => hazina.GetPreferencesAsync());
        Assert.Equal((HazinaException.StrangeAnswer, HttpStatusCode.OK), (half.Code, half.Status));
        Assert.Equal((HazinaException.StrangeAnswer, HttpStatusCode.NotFound), (page.Code, page.Status));
    }

    [Fact]
    public async Task Haste_is_waited_out_where_that_is_not_too_long()
    {
        await using var server = await OtherServer.StartAsync(
            OtherServer.Busy(429, "0"),
            OtherServer.Busy(429, "0"),
            OtherServer.Json(Preferences),
            OtherServer.Busy(429, "3600")
        );
        using var hazina = new HazinaClient(server.Address);
        await hazina.GetPreferencesAsync();
        var no = await Assert.ThrowsAsync<HazinaException>(() => hazina.GetPreferencesAsync());
        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromHours(1)), (no.Status, no.RetryAfter));
        Assert.Equal(4, server.Keys.Count);
    }

    [Fact]
    public async Task What_is_asked_for_somebody_ends_when_they_go_away()
    {
        await using var server = await OtherServer.StartAsync(OtherServer.Json(Preferences));
        using var gone = new CancellationTokenSource();
        using var hazina = new HazinaClient(server.Address);
        var theirs = hazina.WithCancellation(gone.Token).WithHeader("X-Forwarded-For", "203.0.113.7");
        await theirs.GetPreferencesAsync();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => theirs.GetPreferencesAsync());
        Assert.Single(server.Keys);
        // Others use the same connections.
        await hazina.GetPreferencesAsync();
    }

    [Fact]
    public async Task It_is_tried_so_often_and_no_more_and_only_where_it_cannot_happen_twice()
    {
        await using var server = await OtherServer.StartAsync(OtherServer.Busy(503, "0"));
        using var hazina = new HazinaClient(new HazinaClientOptions { Address = server.Address, Attempts = 3 });
        var no = await Assert.ThrowsAsync<HazinaException>(() => hazina.CreatePaymentAsync(Payment));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, no.Status);
        Assert.Equal([no.IdempotencyKey, no.IdempotencyKey, no.IdempotencyKey], server.Keys);

        await Assert.ThrowsAsync<HazinaException>(() => hazina.SignInAsync(new SignInRequest { Login = "asha", Password = "" }));
        Assert.Equal(4, server.Keys.Count);
    }

    [Fact]
    public async Task A_key_of_ones_own_is_the_one_that_is_sent()
    {
        await using var server = await OtherServer.StartAsync(OtherServer.Busy(422, null));
        using var hazina = new HazinaClient(server.Address);
        var no = await Assert.ThrowsAsync<HazinaException>(() => hazina.CreatePaymentAsync(Payment, "order-17"));
        Assert.Equal(("order-17", "order-17"), (no.IdempotencyKey, Assert.Single(server.Keys)));
    }

    [Fact]
    public async Task A_silent_server_is_given_up_in_time_and_whoever_asked_may_give_up_before()
    {
        await using var server = await OtherServer.StartAsync(context => new TaskCompletionSource().Task.WaitAsync(context.RequestAborted));
        using var hazina = new HazinaClient(new HazinaClientOptions { Address = server.Address, Timeout = TimeSpan.FromMilliseconds(200) });
        var lost = await Assert.ThrowsAsync<HazinaException>(() => hazina.CreatePaymentAsync(Payment));
        Assert.Equal(HazinaException.NoAnswer, lost.Code);
        Assert.IsType<TimeoutException>(lost.InnerException);
        Assert.NotNull(lost.IdempotencyKey);

        using var patient = new HazinaClient(server.Address);
        using var stop = new CancellationTokenSource();
        var asked = patient.GetPreferencesAsync(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }
}
