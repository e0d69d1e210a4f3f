using System.Net;

namespace Hazina.Ledger.Tests.Api;

public sealed class WrongTypeTests(ApiServer server)
{
    [Theory]
    [InlineData("accounts", """{"id":"abc","currency":"KES","class":"asset"}""", "/id must be a UUID")]
    [InlineData("accounts", """{"id":7,"currency":"KES","class":"asset"}""", "/id must be a UUID")]
    [InlineData("accounts", """{"currency":"KES","class":"asset","owner":5}""", "/owner must be a string")]
    [InlineData("transactions", """{"kind":5}""", "/kind must be a string")]
    [InlineData("transactions", """{"effective_date":"2026-02-31"}""", "/effective_date must be a date such as")]
    [InlineData("transactions", """{"forced":"yes"}""", "/forced must be true or false")]
    [InlineData("transactions", """{"legs":[{"debit":"x"}]}""", "/legs/0/debit must be a UUID")]
    [InlineData("transactions", """{"legs":{}}""", "/legs must be a list")]
    [InlineData("reservations", """{"expires_at":"soon"}""", "/expires_at must be an RFC 3339 time")]
    public async Task What_a_field_takes_is_said(string path, string body, string said)
    {
        var api = await server.Live();
        var reply = await api.Post("/" + path, body);
        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.StartsWith(said, (string?)reply.Json!["detail"], StringComparison.Ordinal);
    }
}
