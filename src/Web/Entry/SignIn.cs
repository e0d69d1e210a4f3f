using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Entry;

/// <summary>By e-mail or phone and password; who has a second factor is asked for it next.</summary>
static class SignIn
{
    public static Task<IResult> Get(Visit visit) =>
        Task.FromResult(
            visit.Person is null
                ? visit.Show<SignInPage>(new SignInModel { Next = visit.Asked("next") })
                : visit.Go(Visit.Local(visit.Asked("next"), "/wallet"))
        );

    public static async Task<IResult> Post(Visit visit)
    {
        var login = visit.Field("login");
        var asked = await visit
            .Api.SignInAsync(new SignInRequest { Login = Address.Login(login), Password = visit.Form["password"].ToString() })
            .Outcome();
        if (asked.Problem is { } problem)
        {
            var again = new SignInModel
            {
                Login = login,
                Next = visit.Given("next"),
                Problem = problem,
            };
            return visit.Show<SignInPage>(again, problem.Status);
        }

        if (asked.Value.Pending is { } step)
            return visit.Show<SecondStepPage>(new SecondStepModel(step.Token, step.Methods, visit.Given("next")));
        visit.SignIn(asked.Value.Done!.Token, asked.Value.Done.ExpiresAt);
        return visit.Go(Visit.Local(visit.Given("next"), "/wallet"));
    }

    /// <summary>Who has to be signed in, and is not: they come back to where they wanted to go, unless it was to change something.</summary>
    public static IResult First(Visit visit)
    {
        if (HttpMethods.IsGet(visit.Context.Request.Method))
            return visit.Go("/sign-in?next=" + Uri.EscapeDataString(visit.Path + visit.Context.Request.QueryString));
        return visit.Show<SignInPage>(new SignInModel { HasEnded = true }, StatusCodes.Status401Unauthorized);
    }
}

public sealed record SignInModel
{
    public string? Login { get; init; }

    public string? Next { get; init; }

    public Problem? Problem { get; init; }

    public bool HasEnded { get; init; }

    public string? Notice { get; init; }
}
