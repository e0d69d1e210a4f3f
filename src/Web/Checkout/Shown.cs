namespace Hazina.Web.Checkout;

/// <summary>What an intent's answer says, in the words of these pages.</summary>
static class Shown
{
    extension(IntentAnswer intent)
    {
        /// <summary>Whether the payer has to say something: out of what, or that it is right.</summary>
        public bool AsksPayer(DateTimeOffset now) =>
            intent.Payer is not null
            && (intent.Status == IntentStatus.RequiresSource || intent.Status == IntentStatus.RequiresConfirmation)
            && !intent.IsTooLate(now);

        /// <summary>It is ended a moment after its time, and cannot be paid any more before that.</summary>
        public bool IsTooLate(DateTimeOffset now) =>
            intent.Status == IntentStatus.Canceled
                ? intent.CancellationReason == CancellationReason.Expired
                : !intent.IsOver && intent.ExpiresAt <= now;

        public bool IsOver =>
            intent.Status == IntentStatus.Succeeded
            || intent.Status == IntentStatus.Canceled
            || intent.Status == IntentStatus.RequiresCapture;
    }

    extension(SourceAnswer source)
    {
        /// <summary>Whether it stands for its part: held, taken, or asked for.</summary>
        public bool IsCounted =>
            source.Status == LegStatus.Authorized
            || source.Status == LegStatus.Captured
            || (source.Status == LegStatus.Pending && source.AskedAt is not null);

        public string Name =>
            source.Type switch
            {
                "mpesa" => Words.Mpesa,
                "kcb" => Words.Kcb,
                "dtb" => Words.Dtb,
                _ => Words.Wallet,
            };
    }
}
