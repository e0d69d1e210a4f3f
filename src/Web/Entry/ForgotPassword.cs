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
        var asked = await visit.Api.ForgotPasswordAsync(new ForgotPasswordRequest { Email = email, Phone = phone }).Outcome();
        return asked.Problem is { } problem
            ? visit.Show<ForgotPage>(new ForgotModel(login, problem), problem.Status)
            : visit.Show<ResetPage>(new ResetModel(asked.Value.Id, login));
    }

    public static async Task<IResult> Reset(Visit visit)
    {
        var (id, login) = (visit.Carried("password_reset"), visit.Field("login"));
        var refused = await visit
            .Api.ResetPasswordAsync(
                new ResetPasswordRequest
                {
                    PasswordReset = id,
                    Code = string.Concat(visit.Field("code").Where(char.IsAsciiLetterOrDigit)),
                    Password = visit.Form["password"].ToString(),
                }
            )
            .Problem();
        return refused is { } problem
            ? visit.Show<ResetPage>(new ResetModel(id, login, problem), problem.Status)
            : visit.Show<SignInPage>(new SignInModel { Login = login, Notice = Words.ResetDone });
    }
}

public sealed record ForgotModel(string? Login = null, Problem? Problem = null);

public sealed record ResetModel(Guid Id, string Login, Problem? Problem = null);
