using Hazina.Platform.Http;

namespace Hazina.Payments.Requests;

/// <summary>The noes of requests for money.</summary>
static class RequestRefusals
{
    public static readonly RefusalType NoSuchRequest = new(
        "payments.no_such_request",
        404,
        "No such request for money",
        "There is none with this id in this book that whoever asks has made or may pay. Other people's requests are answered in the same way."
    );

    public static readonly RefusalType NobodyToAsk = new(
        "payments.nobody_to_ask",
        422,
        "Nobody to be asked",
        "There is nobody by this name or number who can pay in this currency and is asked by you. Check it with them, or leave it out and send them the id."
    );

    public static readonly RefusalType NotOpen = new(
        "payments.request_not_open",
        409,
        "The request is not open any more",
        "It was paid, declined or cancelled, or its time is over; see its `status`. What is paid is paid once."
    );

    public static readonly RefusalType NotAsked = new(
        "payments.not_asked",
        403,
        "For who is asked alone",
        "Whoever asks for money cancels; whoever is asked pays or declines. Of an organisation it is those who may move its money."
    );

    public static readonly RefusalType NotAsker = new(
        "payments.not_asker",
        403,
        "For the asker alone",
        "Whoever asked for the money, or may move the money of the organisation that did, cancels. Decline it instead."
    );

    public static readonly RefusalType TooManyRequests = new(
        "payments.too_many_requests",
        429,
        "Too many requests for money",
        "So many are made in a day, and so many are open with one customer at once. Wait, or cancel some of those that are open."
    );

    public static readonly RefusalType NoSuchBlock = new(
        "payments.no_such_block",
        404,
        "Nobody is blocked by it",
        "Whoever asks has blocked nobody with this id in this book."
    );

    public static IReadOnlyList<RefusalType> All { get; } =
    [NoSuchRequest, NobodyToAsk, NotOpen, NotAsked, NotAsker, TooManyRequests, NoSuchBlock];
}
