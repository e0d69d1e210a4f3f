using Hazina.Platform.Http;
using Microsoft.AspNetCore.Http;

namespace Hazina.Platform.Tests.Http;

public sealed class PagingTests
{
    static readonly HttpContext Context = new DefaultHttpContext { Request = { Path = "/v1/things" } };

    [Fact]
    public void A_page_is_twenty_newest_when_nothing_is_said()
    {
        var page = Page.Of(new PageQuery(null, null, null), new Validation());
        Assert.Equal(new Page(20, null, Backwards: false), page);
        Assert.Equal(21, page.Rows);
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public void One_row_more_than_wanted_tells_that_there_is_more(int rows, bool hasMore)
    {
        var list = new Page(3, null, Backwards: false).List(Enumerable.Range(1, rows).ToList(), Context);
        Assert.Equal([1, 2, 3], list.Data);
        Assert.Equal(hasMore, list.HasMore);
        Assert.Equal(("list", "/v1/things"), (list.Object, list.Url));
    }

    [Fact]
    public void A_page_read_backwards_is_turned_round()
    {
        var list = new Page(3, "9", Backwards: true).List([8, 7, 6, 5], Context);
        Assert.Equal([6, 7, 8], list.Data);
        Assert.True(list.HasMore);
    }

    [Fact]
    public void A_cursor_is_an_id_of_the_list()
    {
        var id = Guid.CreateVersion7();
        var check = new Validation();
        Assert.Equal(id, Page.Of(new PageQuery(null, id.ToString(), null), check).CursorId(check));
        Assert.Null(Page.Of(new PageQuery(5, null, null), check).CursorId(check));
        Assert.False(check.Failed(out _));
        Page.Of(new PageQuery(null, null, "9"), check).CursorId(check);
        Assert.True(check.Failed(out var refusal));
        Assert.Equal("ending_before", refusal.Pointer);
    }
}
