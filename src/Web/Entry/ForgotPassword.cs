using Hazina.Web.Calls;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Entry;

/// <summary>A new password, by a code. Whether somebody is known here is not told.</summary>
static class ForgotPassword
{
    public static Task<IResult> Get(Visit visit) => Task.FromResult(visit.Show<ForgotPage>(new ForgotModel()));

    public static async Task<IResult> Post(Visit visit)
    {
        var login = visit.Field("login");
        var (email, phone) = Address.Of(login);
        var asked = await visit.Api.Post<Asked>("/v1/auth/password/forgot", new { email, phone });
        return asked.Problem is { } problem
            ? visit.Show<ForgotPage>(new ForgotModel(login, problem), problem.Status)
            : visit.Show<ResetPage>(new ResetModel(asked.Value.Id.ToString(), login));
    }

    public static async Task<IResult> Reset(Visit visit)
    {
        var (id, login) = (visit.Field("password_reset"), visit.Field("login"));
        var done = await visit.Api.Post<object>(
            "/v1/auth/password/reset",
            new
            {
                password_reset = id,
                code = string.Concat(visit.Field("code").Where(char.IsAsciiLetterOrDigit)),
                password = visit.Form["password"].ToString(),
            }
        );
        return done.Problem is { } problem
            ? visit.Show<ResetPage>(new ResetModel(id, login, problem), problem.Status)
            : visit.Show<SignInPage>(new SignInModel { Login = login, Notice = Words.ResetDone });
    }

    public sealed record Asked(Guid Id);
}

public sealed record ForgotModel(string? Login = null, Problem? Problem = null);

public sealed record ResetModel(string Id, string Login, Problem? Problem = null);
