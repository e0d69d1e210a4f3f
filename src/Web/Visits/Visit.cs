using System.Diagnostics.CodeAnalysis;
using Hazina.Web.Pages;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Web.Visits;

/// <summary>One request of a browser, and who it is from.</summary>
public sealed class Visit
{
    readonly People people;

    internal Visit(HttpContext context, ApiConnection connection, People people, WebOptions options)
    {
        (Context, this.people, Options) = (context, people, options);
        Token = SessionCookie.Read(context);
        Api = connection.For(context, Token);
    }

    public HttpContext Context { get; }

    /// <summary>The API, called in the visitor's name.</summary>
    public HazinaClient Api { get; private set; }

    public WebOptions Options { get; }

    public DateTimeOffset Now => Context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();

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
    /// <exception cref="BadHttpRequestException">It is none, so there is nothing there.</exception>
    public Guid Route(string name) => Guid.TryParse((string?)Context.Request.RouteValues[name], out var id) ? id : throw NotThere();

    /// <summary>An id that a form of ours carries along, or offers to choose from; null where it is none.</summary>
    public Guid? Chosen(string name) => Guid.TryParse(Field(name), out var id) ? id : null;

    /// <summary>The same, where the form surely has it.</summary>
    /// <exception cref="BadHttpRequestException">It has not.</exception>
    public Guid Carried(string name) => Chosen(name) ?? throw new BadHttpRequestException($"No id in {name}.");

    /// <summary>To be thrown where there is no such page.</summary>
    public static BadHttpRequestException NotThere() => new("Nothing is there.", StatusCodes.Status404NotFound);

    /// <exception cref="HazinaException">The session has ended, or the API cannot be reached.</exception>
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
        Api = Api.WithToken(token);
        SessionCookie.Set(Context, token, expires);
    }

    /// <summary>Forgets the session, in the browser and here.</summary>
    public void SignOut()
    {
        if (Token is { } token)
            people.Forget(token);
        (Token, Person) = (null, null);
        Api = Api.WithToken(null);
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
