using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Entry;

static class SignUp
{
    public static Task<IResult> Get(Visit visit) =>
        Task.FromResult(
            visit.Person is null ? visit.Show<SignUpPage>(new SignUpModel { Next = visit.Asked("next") }) : visit.Go("/wallet")
        );

    public static async Task<IResult> Post(Visit visit)
    {
        var (login, name) = (visit.Field("login"), visit.Given("full_name"));
        var (email, phone) = Address.Of(login);
        var asked = await visit
            .Api.RegisterAsync(
                new RegisterRequest
                {
                    Email = email,
                    Phone = phone,
                    Password = visit.Form["password"].ToString(),
                    FullName = name,
                }
            )
            .Outcome();
        return asked.Problem is { } problem
            ? visit.Show<SignUpPage>(new SignUpModel(login, name, problem) { Next = visit.Given("next") }, problem.Status)
            : visit.Show<VerifyPage>(new VerifyModel(asked.Value.Id, login) { Next = visit.Given("next") });
    }
}

public sealed record SignUpModel(string? Login = null, string? FullName = null, Problem? Problem = null)
{
    /// <summary>Where they wanted to go.</summary>
    public string? Next { get; init; }
}
