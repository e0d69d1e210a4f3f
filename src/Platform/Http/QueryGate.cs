using System.Collections.Concurrent;
using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Platform.Http;

/// <summary>A parameter of the query that a route takes beside those of its handler.</summary>
public sealed record TakesParameter(string Name);

/// <summary>
/// Turns away parameters that a call does not know, as it does fields: one that is misspelt would otherwise be passed over, and what was meant
/// to be narrowed down would be shown whole.
/// </summary>
sealed class QueryGate(RequestDelegate next)
{
    const string Root = "/v1/";

    readonly ConcurrentDictionary<RouteEndpoint, FrozenSet<string>> known = new();

    public Task Invoke(HttpContext context)
    {
        if (!context.Request.QueryString.HasValue || context.GetEndpoint() is not RouteEndpoint route || !IsCall(route))
            return next(context);
        var taken = known.GetOrAdd(route, Taken);
        List<FieldError> unknown =
        [
            .. context
                .Request.Query.Keys.Where(name => !taken.Contains(name))
                .Take(20)
                .Select(name => new FieldError(name.Length > 100 ? name[..100] : name, "unknown_field", "is not a parameter of this call")),
        ];
        if (unknown.Count == 0)
            return next(context);
        var refusal = PlatformRefusals.InvalidRequest.Because($"{unknown[0].Pointer} {unknown[0].Detail}.", unknown[0].Pointer);
        return (refusal with { Errors = unknown }).ExecuteAsync(context);
    }

    static bool IsCall(RouteEndpoint route) => route.RoutePattern.RawText?.StartsWith(Root, StringComparison.Ordinal) == true;

    static bool IsText(Type type) => type == typeof(string) || (type.IsValueType && type != typeof(CancellationToken));

    static FrozenSet<string> Taken(RouteEndpoint route) =>
        route
            .Metadata.OfType<IParameterBindingMetadata>()
            // Not those that come from elsewhere: services, the request itself.
            .Where(p => IsText(p.ParameterInfo.ParameterType))
            .Select(p => p.ParameterInfo.GetCustomAttributes(inherit: true).OfType<IFromQueryMetadata>().FirstOrDefault()?.Name ?? p.Name)
            .Except(route.RoutePattern.Parameters.Select(p => p.Name), StringComparer.Ordinal)
            .Concat(route.Metadata.OfType<TakesParameter>().Select(p => p.Name))
            .ToFrozenSet(StringComparer.Ordinal);
}
