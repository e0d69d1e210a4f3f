using System.Globalization;
using System.Text;
using Hazina.Money;
using Hazina.Payments.Batches;

namespace Hazina.Payments.Tests.Batches;

public sealed class PayoutFileTests
{
    const string Head = "type,to,bank,name,amount,currency,reference";

    static readonly Currency Kes = Currency.Of("KES");

    [Theory]
    [InlineData("\n", "")]
    [InlineData("\r\n", "")]
    [InlineData("\r", "")]
    [InlineData("\r\n", "\uFEFF")]
    [InlineData("\n", "\uFEFF")]
    public void Line_ends_marks_and_quotes_make_no_difference(string end, string mark)
    {
        var text =
            mark
            + string.Join(
                end,
                Head,
                "phone,0712345678,,,100,KES,a",
                "\"bank\",\"1234567890\",07,\"Otieno, \"\"J\"\" Juma\",250.50,KES,\"\"",
                ""
            );
        var (lines, errors, fault) = PayoutFile.Read(Encoding.UTF8.GetBytes(text), Kes, _ => null);
        Assert.Null(fault);
        Assert.Empty(errors);
        Assert.Equal([2, 3], lines.Select(l => l.Line));
        Assert.Equal("254712345678", lines[0].Target.Phone);
        Assert.Equal(("Otieno, \"J\" Juma", 250.50m, null), (lines[1].Target.Name, lines[1].Amount.Value, lines[1].Reference));
    }

    [Theory]
    [InlineData("", 1, "wrong_header")]
    [InlineData("type;to;bank;name;amount;currency;reference\nx", 1, "wrong_header")]
    [InlineData(Head, 1, "required")]
    [InlineData(Head + "\nphone,\"0712345678,,,1,KES,a\nphone,0712345678,,,1,KES,b", 2, "malformed")]
    [InlineData(Head + "\n\nphone,07\"12345678,,,1,KES,", 3, "malformed")]
    [InlineData(Head + "\nphone,\"0712345678\"x,,,1,KES,", 2, "malformed")]
    public void A_file_that_cannot_be_read_is_refused_with_the_line(string text, int line, string code)
    {
        var (lines, errors, fault) = PayoutFile.Read(Encoding.UTF8.GetBytes(text), Kes, _ => null);
        Assert.Equal((line, code), (fault!.Line, fault.Code));
        Assert.Empty(lines);
        Assert.Empty(errors);
    }

    [Fact]
    public void What_is_not_utf8_or_too_long_is_refused()
    {
        Assert.Equal("wrong_encoding", PayoutFile.Read([0x74, 0xff, 0xfe], Kes, _ => null).Fault!.Code);
        var text = new StringBuilder(Head);
        for (var i = 0; i <= PayoutFile.MostLines; i++)
            text.Append(CultureInfo.InvariantCulture, $"\nphone,0712345678,,,1,KES,{i}");
        Assert.Equal("too_many", PayoutFile.Read(Encoding.UTF8.GetBytes(text.ToString()), Kes, _ => null).Fault!.Code);
    }

    [Theory]
    [InlineData("phone,0712345678,,,100", null, "wrong_columns")]
    [InlineData("cheque,0712345678,,,100,KES,", "type", "unknown_value")]
    [InlineData("phone,0512345678,,,100,KES,", "to", "wrong_format")]
    [InlineData("phone,0712345678,07,,100,KES,", "bank", "conflict")]
    [InlineData("phone,0712345678,,Juma,100,KES,", "name", "conflict")]
    [InlineData("account,123456789012,,,100,KES,", "to", "wrong_format")]
    [InlineData("bank,1234567890,7,Juma Otieno,100,KES,", "bank", "wrong_format")]
    [InlineData("bank,1234,07,Juma Otieno,100,KES,", "to", "wrong_format")]
    [InlineData("bank,1234567890,07,J,100,KES,", "name", "wrong_format")]
    [InlineData("phone,0712345678,,,1e3,KES,", "amount", "wrong_format")]
    [InlineData("phone,0712345678,,,\"1,000\",KES,", "amount", "wrong_format")]
    [InlineData("phone,0712345678,,,0,KES,", "amount", "out_of_range")]
    [InlineData("phone,0712345678,,,-5,KES,", "amount", "out_of_range")]
    [InlineData("phone,0712345678,,,1,USD,", "currency", "wrong_currency")]
    [InlineData("phone,0712345678,,,1,KES,a\tb", "reference", "wrong_format")]
    [InlineData("phone,0712345678,,,1,KES,\"a\nb\"", "reference", "wrong_format")]
    public void Each_error_says_its_line_and_column(string line, string? column, string code)
    {
        var text = $"{Head}\nphone,0712345678,,,7,KES,fine\n{line}";
        var (lines, errors, fault) = PayoutFile.Read(Encoding.UTF8.GetBytes(text), Kes, _ => null);
        Assert.Null(fault);
        Assert.Equal(2, Assert.Single(lines).Line);
        var error = Assert.Single(errors);
        Assert.Equal((3, column, code), (error.Line, error.Column, error.Code));
    }

    [Fact]
    public void A_line_that_is_there_twice_is_an_error_unless_its_reference_differs()
    {
        var text = $"{Head}\nphone,0712345678,,,7,KES,a\nphone,0712345678,,,7,KES,b\nphone,0712345678,,,7,KES,a";
        var (lines, errors, _) = PayoutFile.Read(Encoding.UTF8.GetBytes(text), Kes, _ => null);
        Assert.Equal([2, 3], lines.Select(l => l.Line));
        Assert.Equal((4, "duplicate"), (Assert.Single(errors).Line, errors[0].Code));
    }

    [Fact]
    public void Whatever_comes_in_is_read_or_refused_and_breaks_nothing()
    {
        var random = new Random(7);
        const string alphabet = "\"\",,\r\n\nab07712345678.-=\uFEFF\u0000";
        for (var round = 0; round < 2_000; round++)
        {
            var noise = string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            var (lines, errors, fault) = PayoutFile.Read(Encoding.UTF8.GetBytes($"{Head}\n{noise}"), Kes, _ => null);
            Assert.True(fault is not null || lines.Count + errors.Count > 0);
        }
    }
}
