using Hazina.Platform.Http;

namespace Hazina.Payments.Batches;

/// <summary>The noes of files of payouts.</summary>
static class BatchRefusals
{
    public static readonly RefusalType NoSuchBatch = new(
        "payments.no_such_payout_batch",
        404,
        "No such file of payouts",
        "Whoever asks has uploaded none with this id in this book, nor has their organisation. Other people's are answered in the same way."
    );

    public static readonly RefusalType FileNotRead = new(
        "payments.payout_file_not_read",
        422,
        "The file cannot be read",
        "It is CSV in UTF-8 with the header type,to,bank,name,amount,currency,reference, of at most 2 MB and 10,000 lines. Nothing of it was kept."
    );

    public static readonly RefusalType FileKnown = new(
        "payments.payout_file_known",
        409,
        "This file was uploaded before",
        "The very same content is in a batch that has not been cancelled or rejected. Where it is meant to be paid once more, say `again=true`."
    );

    public static readonly RefusalType TooManyFiles = new(
        "payments.too_many_payout_files",
        429,
        "Too many files",
        "So many are uploaded in a day, those with errors among them."
    );

    public static readonly RefusalType BatchState = new(
        "payments.payout_batch_state",
        409,
        "Not possible any more, or not yet",
        "A validated batch is confirmed, a confirmed one is approved or rejected, and either is cancelled until then. See its `status`."
    );

    public static readonly RefusalType SecondPerson = new(
        "payments.second_person",
        403,
        "For a second person",
        "Whoever uploaded or confirmed a file of payouts does not approve it. Another one who may move the organisation's money does, or operations."
    );

    public static readonly RefusalType NotAnswered = new(
        "payments.line_not_sent",
        424,
        "The line could not be sent in time",
        "The provider was not to be reached for as long as a line of a file of payouts waits. Nothing has moved; put it into another file."
    );

    public static IReadOnlyList<RefusalType> All { get; } =
    [NoSuchBatch, FileNotRead, FileKnown, TooManyFiles, BatchState, SecondPerson, NotAnswered];
}
