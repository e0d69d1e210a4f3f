using Hazina.Web.Pages;
using Hazina.Web.Wallet.Accounts;
using Hazina.Web.Wallet.Activity;
using Hazina.Web.Wallet.Home;
using Hazina.Web.Wallet.More;
using Hazina.Web.Wallet.Recipients;
using Hazina.Web.Wallet.Requests;
using Hazina.Web.Wallet.Security;
using Hazina.Web.Wallet.Send;
using Hazina.Web.Wallet.Settings;
using Hazina.Web.Wallet.Statements;
using Hazina.Web.Wallet.TopUp;
using Hazina.Web.Wallet.Withdraw;

namespace Hazina.Web.Wallet;

/// <summary>What customers do with their money.</summary>
static class WalletPages
{
    public static void Map(PageMap pages)
    {
        pages
            .Get("/wallet", ShowHome.Get)
            .Get("/wallet/more", ShowMore.Get)
            .Get("/wallet/accounts/new", OpenAccount.Get)
            .Post("/wallet/accounts/new", OpenAccount.Post)
            .Get("/wallet/accounts/{account}", ShowAccount.Get)
            .Post("/wallet/accounts/{account}/freeze", FreezeAccount.Freeze)
            .Post("/wallet/accounts/{account}/unfreeze", FreezeAccount.Unfreeze)
            .Get("/wallet/activity", ShowActivity.Get)
            .Get("/wallet/activity.csv", ExportActivity.Get)
            .Get("/wallet/activity/{account}/{entry}", ShowEntry.Get)
            .Post("/wallet/activity/{account}/{entry}", AnnotateEntry.Post)
            .Get("/wallet/limits", ShowLimits.Get)
            .Get("/wallet/statements", ShowStatements.Get)
            .Post("/wallet/statements", MakeStatement.Post)
            .Get("/wallet/statements/{statement}/file", GetStatementFile.Get)
            .Get("/wallet/settings", ChangePreferences.Get)
            .Post("/wallet/settings", ChangePreferences.Post);
        pages
            .Get("/wallet/send", SendMoney.Get)
            .Post("/wallet/send", SendMoney.Check)
            .Post("/wallet/send/confirm", SendMoney.Confirm)
            .Get("/wallet/transfers/{transfer}", ShowTransfer.Get)
            .Get("/wallet/recipients", ShowRecipients.Get)
            .Post("/wallet/recipients/{recipient}/remove", ShowRecipients.Remove)
            .Get("/wallet/top-up", StartTopUp.Get)
            .Post("/wallet/top-up", StartTopUp.Check)
            .Post("/wallet/top-up/confirm", StartTopUp.Confirm)
            .Get("/wallet/top-up/{session}", ShowTopUp.Get)
            .Get("/wallet/top-up/{session}/live", ShowTopUp.Live)
            .Get("/wallet/withdraw", StartWithdrawal.Get)
            .Post("/wallet/withdraw", StartWithdrawal.Check)
            .Post("/wallet/withdraw/confirm", StartWithdrawal.Confirm)
            .Get("/wallet/withdraw/{withdrawal}", ShowWithdrawal.Get)
            .Get("/wallet/withdraw/{withdrawal}/live", ShowWithdrawal.Live)
            .Get("/wallet/requests", ShowRequests.Get)
            .Get("/wallet/requests/new", AskForMoney.Get)
            .Post("/wallet/requests/new", AskForMoney.Post)
            .Get("/wallet/requests/{request}", AnswerRequest.Get)
            .Post("/wallet/requests/{request}/pay", AnswerRequest.Pay)
            .Post("/wallet/requests/{request}/decline", AnswerRequest.Decline)
            .Post("/wallet/requests/{request}/cancel", AnswerRequest.Cancel);
        pages
            .Get("/wallet/security", ShowSecurity.Get)
            .Post("/wallet/security/sessions/{session}/end", EndSession.One)
            .Post("/wallet/security/sessions/end", EndSession.Others)
            .Post("/wallet/security/passkeys/begin", AddPasskey.Begin)
            .Post("/wallet/security/passkeys", AddPasskey.Post)
            .Post("/wallet/security/passkeys/{passkey}/remove", AddPasskey.Remove)
            .Get("/wallet/security/authenticator", AddAuthenticator.Get)
            .Post("/wallet/security/authenticator", AddAuthenticator.Post)
            .Post("/wallet/security/authenticator/confirm", AddAuthenticator.Confirm)
            .Post("/wallet/security/keys/{key}/end", EndSession.Key)
            .Get("/wallet/confirm", ConfirmWho.Get)
            .Post("/wallet/confirm", ConfirmWho.Post);
    }
}
