using System.Globalization;
using Hazina.Web.Layout;

namespace Hazina.Web.Wallet;

/// <summary>How what the API tells of accounts is called by who holds them.</summary>
static class Shown
{
    extension(AccountAnswer account)
    {
        /// <summary>As its holder knows it.</summary>
        public string Name =>
            account.Nickname ?? Words.ResourceManager.GetString("Kind_" + account.Kind, CultureInfo.CurrentUICulture) ?? account.Kind.Value;

        /// <summary>Its number in groups of four.</summary>
        public string Spaced => string.Join(' ', account.Number.Chunk(4).Select(c => new string(c)));

        /// <summary>For lists to choose from.</summary>
        public string Line => $"{account.Name} · {account.Balance.Available.Currency} {Sum.Shown(account.Balance.Available)}";
    }

    extension(ActivityAnswer entry)
    {
        public bool IsIn => entry.Side == ActivitySide.Credit;
    }

    extension(BeneficiaryAnswer beneficiary)
    {
        /// <summary>As who saved it knows it, with the name that it is in.</summary>
        public string Line => beneficiary.Nickname is null ? beneficiary.Name : $"{beneficiary.Nickname} ({beneficiary.Name})";
    }

    extension(RequestAnswer request)
    {
        /// <summary>Whether it is one's own, to be paid.</summary>
        public bool IsMine => request.Side == "asker";
    }

    extension(FailureAnswer failure)
    {
        /// <summary>What a rail said, without the number that it has for it.</summary>
        public string? Said => failure.Reason?.TrimStart([.. "0123456789: "]);
    }

    extension(WithdrawalAnswer withdrawal)
    {
        public bool IsOver => withdrawal.Status is "paid" or "failed" or "canceled";
    }

    extension(FundingAnswer session)
    {
        public bool IsOver => session.Status is not ("pending" or "processing");

        public bool IsGood => session.Status is "completed" or "late_completed";
    }

    extension(PeriodLimit limit)
    {
        /// <summary>How much of it is used, of 100.</summary>
        public int Share => limit.Limit.Value <= 0 ? 100 : (int)Math.Clamp(limit.Used.Value / limit.Limit.Value * 100, 0, 100);
    }
}
