using FsCheck;
using FsCheck.Fluent;
using Hazina.Ledger.Canonical;
using Hazina.Ledger.Tests.Model;
using Hazina.Ledger.Tests.Simulation;

namespace Hazina.Ledger.Tests.Canonical;

public sealed class PostingJsonTests
{
    static readonly Gen<Posting> AnyPosting = new AnyScript(new Ids(1), Given.Start, TimeSpan.FromSeconds(1))
        .Scripts(8)
        .Generator.Select(s => s.Played().OfType<Send>().SelectMany(o => o.Postings).Last());

    [Fact]
    public void What_is_written_reads_back_as_the_same_posting() =>
        Always.Holds(
            AnyPosting,
            posting =>
            {
                var read = PostingReader.Whole(PostingJson.Whole(posting));
                Assert.Equal(Print.Of(posting), Print.Of(read));
                Assert.Null(PostingDifference.First(read, posting));
                Assert.Equal(PostingJson.Whole(posting), PostingJson.Whole(read));
            },
            times: 1_000
        );

    [Fact]
    public void The_same_amount_is_the_same_bytes_however_it_is_written() =>
        Assert.Equal(PostingJson.Whole(Given.Transfer(1, 1.5m)), PostingJson.Whole(Given.Transfer(1, 1.5000m)));

    [Fact]
    public void Space_around_metadata_makes_no_other_posting()
    {
        var plain = Given.Transfer(1, 5) with { Metadata = """{"a": 1}""" };
        var spaced = plain with { Metadata = "\n {\"a\": 1}\t" };
        Assert.Equal(PostingJson.Whole(plain), PostingJson.Whole(spaced));
        Assert.Null(PostingDifference.First(PostingReader.Whole(PostingJson.Whole(spaced)), spaced));
        Assert.Null(PostingDifference.First(PostingReader.Whole(PostingJson.Whole(spaced)), plain));
    }

    [Fact]
    public void The_bytes_of_a_posting_never_change()
    {
        // Written once, and hashed by journals since: when this fails, the code is wrong.
        var posting = new Posting
        {
            Id = Given.Tx(1),
            Book = "live",
            Kind = "payment",
            EffectiveDate = new DateOnly(2026, 2, 28),
            Forced = true,
            Reference = "INV-\"1\" <é>",
            Metadata = """{ "order": 1.50 }""",
            Steps =
            [
                new Open(Given.Wallet(), Given.Kes, AccountClass.Liability, Floor: -10.50m, Owner: "customer 1"),
                new Leg(Given.Cash, Given.Wallet(), Given.Amount(250.10m)),
                new Reserve(Given.Hold(), Given.Wallet(), Given.Amount(5), Given.Start.AddMicroseconds(1)),
                new Release(Given.Hold()),
                new Change(Given.Wallet(), Freeze.Debit, Ceiling: new Limit(null)),
                new Close(Given.Wallet()),
            ],
            Conditions =
            [
                new AvailableAtLeast(Given.Wallet(), 0.10m),
                new TurnoverAtMost(Given.Wallet(), "daily", Given.Start, Given.Start.AddDays(1), 100),
            ],
        };
        Assert.Equal(
            """
            {"id":"00000000-007a-7000-8000-000000000001","book":"live","kind":"payment","effective_date":"2026-02-28","forced":true,
            "reference":"INV-\"1\" <é>","metadata":{ "order": 1.50 },"steps":[
            {"at":0,"do":"open","id":"00000000-00aa-7000-8000-000000000001","currency":"KES","scale":4,"class":"liability",
            "floor":"-10.5","owner":"customer 1"},
            {"at":1,"do":"leg","debit":"00000000-00ca-7000-8000-000000000000","credit":"00000000-00aa-7000-8000-000000000001",
            "amount":"250.1","currency":"KES"},
            {"at":2,"do":"reserve","id":"00000000-0080-7000-8000-000000000001","account":"00000000-00aa-7000-8000-000000000001",
            "amount":"5","currency":"KES","expires_at":"2030-01-01T00:00:00.000001Z"},
            {"at":3,"do":"release","reservation":"00000000-0080-7000-8000-000000000001"},
            {"at":4,"do":"change","account":"00000000-00aa-7000-8000-000000000001","freeze":1,"ceiling":"none"},
            {"at":5,"do":"close","account":"00000000-00aa-7000-8000-000000000001"}],"conditions":[
            {"if":"available_at_least","account":"00000000-00aa-7000-8000-000000000001","amount":"0.1"},
            {"if":"turnover_at_most","account":"00000000-00aa-7000-8000-000000000001","tag":"daily",
            "period_start":"2030-01-01T00:00:00.000000Z","period_end":"2030-01-02T00:00:00.000000Z","at_most":"100"}]}
            """.ReplaceLineEndings(""),
            System.Text.Encoding.UTF8.GetString(PostingJson.Whole(posting))
        );
    }
}
