using System.Text.Json;
using Hazina.Money;
using Hazina.Platform.Http;

namespace Hazina.Platform.Tests.Http;

public sealed class ValidationTests
{
    [Theory]
    [InlineData("1250.00", "KES", null)]
    [InlineData("0.0001", "KES", null)]
    [InlineData("0.00000001", "BTC", null)]
    [InlineData("99999999999999999999.9999", "KES", null)]
    [InlineData("0", "KES", "/a/amount out_of_range")]
    [InlineData("-1", "KES", "/a/amount out_of_range")]
    [InlineData("0.00001", "KES", "/a/amount too_many_digits")]
    [InlineData("123456789012345678901234567890", "KES", "/a/amount out_of_range")]
    [InlineData("NaN", "KES", "/a/amount wrong_format")]
    [InlineData("Infinity", "KES", "/a/amount wrong_format")]
    [InlineData("1e3", "KES", "/a/amount wrong_format")]
    [InlineData("1,000", "KES", "/a/amount wrong_format")]
    [InlineData(" 1", "KES", "/a/amount wrong_format")]
    [InlineData("+1", "KES", "/a/amount wrong_format")]
    [InlineData("01", "KES", "/a/amount wrong_format")]
    [InlineData(".5", "KES", "/a/amount wrong_format")]
    [InlineData("٣", "KES", "/a/amount wrong_format")]
    [InlineData("", "KES", "/a/amount wrong_format")]
    [InlineData(null, "KES", "/a/amount required")]
    [InlineData("1", "XXQ", "/a/currency unknown_currency")]
    [InlineData("1", "kes", "/a/currency unknown_currency")]
    [InlineData("1", null, "/a/currency required")]
    public void An_amount_is_taken_or_the_field_at_fault_is_named(string? digits, string? currency, string? error)
    {
        var check = new Validation();
        var amount = check.AmountOf(new WireAmount(digits, currency), "/a");
        Assert.Equal(error is not null, check.Failed(out var refusal));
        if (error is null)
            Assert.Equal(digits, WireAmount.Of(amount).Amount);
        else
            Assert.Equal([error], refusal!.Errors!.Select(e => $"{e.Pointer} {e.Code}"));
    }

    [Fact]
    public void Which_amounts_are_taken_depends_on_the_field()
    {
        Assert.Null(ErrorOf("0", AmountRange.NotNegative));
        Assert.Equal("out_of_range", ErrorOf("-0.01", AmountRange.NotNegative));
        Assert.Null(ErrorOf("-0.01", AmountRange.Any));

        static string? ErrorOf(string digits, AmountRange range)
        {
            var check = new Validation();
            check.AmountOf(new WireAmount(digits, "KES"), "/a", range);
            return check.Failed(out var refusal) ? refusal.Errors![0].Code : null;
        }
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once_and_where()
    {
        var check = new Validation();
        check.Id(null, "/id");
        check.Id(Guid.Empty, "/other_id");
        check.Text("", "/name", max: 5);
        check.Text("too long", "/name", max: 5);
        check.OptionalText("a\0b", "/note", max: 5);
        check.Word("Not_lower", "/kind", max: 40);
        check.Required<string>(null, "/what");
        var second = check.At("/legs/1");
        second.AmountOf(null, "/amount");
        second.That(false, "/credit", "same", "must not be the account debited");
        check.List<string>(["a", null], "/list", max: 5);
        check.List<string>([], "/empty", max: 5);
        check.List<string>(["a", "b"], "/many", max: 1);

        Assert.True(check.Failed(out var refusal));
        Assert.Equal("platform.invalid_request", refusal.Type.Code);
        Assert.Equal(
            [
                "/id required",
                "/other_id out_of_range",
                "/name too_short",
                "/name too_long",
                "/note wrong_format",
                "/kind wrong_format",
                "/what required",
                "/legs/1/amount required",
                "/legs/1/credit same",
                "/list/1 required",
                "/empty too_few",
                "/many too_many",
            ],
            refusal.Errors!.Select(e => $"{e.Pointer} {e.Code}")
        );
        Assert.Contains("12 fields", refusal.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_wrong_is_no_refusal()
    {
        var check = new Validation();
        Assert.Equal("ok\tthen\n", check.Text("ok\tthen\n", "/a", max: 10));
        Assert.Equal("kind_1", check.Word("kind_1", "/a", max: 10));
        Assert.Null(check.OptionalText(null, "/a", max: 1));
        Assert.Null(check.OptionalAmountOf(null, "/a"));
        Assert.Empty(check.List<string>(null, "/a", max: 1, min: 0));
        Assert.False(check.Failed(out _));
    }

    [Fact]
    public void Of_thousands_of_faults_the_first_hundred_are_listed()
    {
        var check = new Validation();
        for (var i = 0; i < 5000; i++)
            check.Id(null, $"/{i}");
        Assert.True(check.Failed(out var refusal));
        Assert.Equal(Validation.MaxErrors, refusal.Errors!.Count);
    }

    [Theory]
    [InlineData("""{"a":{"b":[1,2]}}""", null)]
    [InlineData("[1]", "wrong_type")]
    [InlineData("\"text\"", "wrong_type")]
    [InlineData("""{"a":"\u0000"}""", "wrong_format")]
    [InlineData("""{"a":"01234567890123456789"}""", "too_long")]
    public void A_free_object_is_taken_as_the_text_that_came(string json, string? error)
    {
        using var document = JsonDocument.Parse(json);
        var check = new Validation();
        var text = check.ObjectText(document.RootElement, "/metadata", maxBytes: 20);
        Assert.Equal(error, check.Failed(out var refusal) ? refusal.Errors![0].Code : null);
        Assert.Equal(error is null or "wrong_format" or "too_long" ? json : null, text);
    }

    [Fact]
    public void Money_goes_out_with_the_digits_that_people_are_shown()
    {
        Assert.Equal(new WireAmount("1250.00", "KES"), WireAmount.Of(new Amount(1250m, Currency.Of("KES"))));
        Assert.Equal(new WireAmount("0.00000001", "BTC"), WireAmount.Of(0.00000001m, Currency.Of("BTC")));
    }

    [Fact]
    public void Json_is_written_in_snake_case_with_times_that_sort()
    {
        var json = JsonSerializer.Serialize(
            new
            {
                MadeAt = new DateTimeOffset(2026, 1, 31, 12, 30, 0, TimeSpan.FromHours(3)),
                Colour = ProblemTests.Colour.DarkRed,
                Nothing = (string?)null,
                Name = "Ünï → 世界",
            },
            JsonSettings.Options
        );
        Assert.Equal("""{"made_at":"2026-01-31T09:30:00.000000Z","colour":"dark_red","name":"Ünï → 世界"}""", json);
    }
}
