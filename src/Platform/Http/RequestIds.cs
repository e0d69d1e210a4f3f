using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hazina.Platform.Http;

/// <summary>
/// Gives every request an id that its answer, its log lines, its trace and any problem carry. A caller may choose it, within reason.
/// </summary>
sealed class RequestIds(RequestDelegate next, ILogger<RequestIds> logger)
{
    public const string Header = "Request-Id";

    public async Task Invoke(HttpContext context)
    {
        var given = context.Request.Headers[Header].ToString();
        var id = IsSane(given) ? given : "req_" + Guid.CreateVersion7().ToString("n");
        context.TraceIdentifier = id;
        Activity.Current?.SetTag("hazina.request_id", id);
        context.Response.OnStarting(
            static state =>
            {
                var response = ((HttpContext)state).Response;
                response.Headers[Header] = response.HttpContext.TraceIdentifier;
                return Task.CompletedTask;
            },
            context
        );
        using (logger.BeginScope(new RequestScope(id)))
            await next(context);
    }

    static bool IsSane(string id) => id.Length is >= 8 and <= 64 && !id.AsSpan().ContainsAnyExcept(Allowed);

    static readonly System.Buffers.SearchValues<char> Allowed = System.Buffers.SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    );

    sealed class RequestScope(string id) : IReadOnlyList<KeyValuePair<string, object?>>
    {
        public KeyValuePair<string, object?> this[int index] => new("request_id", id);

        public int Count => 1;

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
        {
            yield return this[0];
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();

        public override string ToString() => id;
    }
}
