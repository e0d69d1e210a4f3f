using System.Diagnostics.CodeAnalysis;
using Hazina.Web.Calls;
using Hazina.Web.Pages;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Visits;

/// <summary>One request of a browser, and who it is from.</summary>
public sealed class Visit
{
    readonly ApiConnection connection;
    readonly People people;

    internal Visit(HttpContext context, ApiConnection connection, People people, WebOptions options)
    {
        (Context, this.connection, this.people, Options) = (context, connection, people, options);
        Token = SessionCookie.Read(context);
        Api = connection.For(context, () => Token);
    }

    public HttpContext Context { get; }

    public Api Api { get; }

    public WebOptions Options { get; }

    /// <summary>Of the session, which the API gave.</summary>
    public string? Token { get; private set; }

    /// <summary>Who is signed in, once <see cref="Recognise"/> has found out.</summary>
    public Person? Person { get; private set; }

    /// <summary>What was filled in, where something was.</summary>
    public IFormCollection Form { get; internal set; } = FormCollection.Empty;

    public string Path => Context.Request.Path.Value ?? "/";

    /// <summary>A sentence for the next page, after something was done.</summary>
    public string? Told { get; internal set; }

    /// <summary>What was filled in under a name, without the spaces around it; empty where nothing was.</summary>
    public string Field(string name) => Form[name].ToString().Trim();

    /// <summary>The same, null where nothing was.</summary>
    public string? Given(string name) => Field(name) is { Length: > 0 } given ? given : null;

    /// <summary>What stands in the address under a name; null where nothing does.</summary>
    public string? Asked(string name) => Context.Request.Query[name].ToString().Trim() is { Length: > 0 } asked ? asked : null;

    /// <summary>An id of the address' path.</summary>
    public string Route(string name) => Uri.EscapeDataString((string?)Context.Request.RouteValues[name] ?? "");

    /// <exception cref="ApiFault">The session has ended, or the API cannot be reached.</exception>
    [MemberNotNullWhen(true, nameof(Person))]
    public async Task<bool> Recognise()
    {
        if (Token is { } token)
            Person = await people.Find(token, Api);
        return Person is not null;
    }

    /// <summary>Takes a session over: from here on the browser is signed in with it.</summary>
    public void SignIn(string token, DateTimeOffset expires)
    {
        Token = token;
        SessionCookie.Set(Context, token, expires);
    }

    /// <summary>Forgets the session, in the browser and here.</summary>
    public void SignOut()
    {
        if (Token is { } token)
            people.Forget(token);
        (Token, Person) = (null, null);
        SessionCookie.Remove(Context);
    }

    /// <summary>Has what is remembered of the person asked for again, after a change.</summary>
    public void Changed()
    {
        if (Token is { } token)
            people.Forget(token);
    }

    public IResult Show<TPage>(object? model = null, int status = StatusCodes.Status200OK)
        where TPage : IComponent => new PageResult(this, typeof(TPage), model, status);

    /// <summary>On to another page, by GET.</summary>
    /// <param name="told">A sentence for it to show once.</param>
    public IResult Go(string path, string? told = null)
    {
        if (told is not null)
            ToldCookie.Set(Context, told);
        return new GoResult(path);
    }

    /// <summary>A path of these pages that somebody may be sent to; anything else would lead away from them.</summary>
    public static string Local(string? path, string otherwise) =>
        path is ['/', ..]
        && !path.StartsWith("//", StringComparison.Ordinal)
        && !path.Contains('\\', StringComparison.Ordinal)
        && !path.Any(char.IsControl)
            ? path
            : otherwise;
}
