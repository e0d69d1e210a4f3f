using Hazina.Web.Pages;

namespace Hazina.Web.Entry;

/// <summary>The ways in and out.</summary>
static class EntryPages
{
    public static void Map(PageMap pages) =>
        pages
            .OpenGet("/", visit => Task.FromResult(visit.Person is null ? visit.Show<LandingPage>() : visit.Go("/wallet")))
            .OpenGet("/sign-in", SignIn.Get)
            .OpenPost("/sign-in", SignIn.Post)
            .OpenPost("/sign-in/second-step", SecondStep.Post)
            .OpenPost("/sign-in/second-step/passkey/begin", SecondStep.Begin)
            .OpenPost("/sign-in/passkey/begin", SignInByPasskey.Begin)
            .OpenPost("/sign-in/passkey", SignInByPasskey.Post)
            .OpenGet("/sign-up", SignUp.Get)
            .OpenPost("/sign-up", SignUp.Post)
            .OpenPost("/sign-up/verify", VerifyCode.Post)
            .OpenPost("/sign-up/resend", VerifyCode.Resend)
            .OpenGet("/password", ForgotPassword.Get)
            .OpenPost("/password", ForgotPassword.Post)
            .OpenPost("/password/reset", ForgotPassword.Reset)
            .OpenPost("/sign-out", SignOut.Post);
}
