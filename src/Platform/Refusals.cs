using Hazina.Platform.Http;

namespace Hazina.Platform;

/// <summary>What the platform itself refuses, whatever the module.</summary>
public static class PlatformRefusals
{
    public static readonly RefusalType MalformedBody = new(
        "platform.malformed_body",
        400,
        "The body cannot be read",
        "The body is not valid JSON, is missing, holds a field that this call does not know or a value of the wrong kind, or names a field twice. "
            + "`errors[].pointer` says where. Nothing was done: correct the body and send it again."
    );

    public static readonly RefusalType InvalidRequest = new(
        "platform.invalid_request",
        400,
        "Some fields are not valid",
        "The body could be read, but some values cannot be right whatever the state of things: a required one is missing, a text is too long, an amount "
            + "has more digits than its currency keeps. Every field at fault is listed in `errors`. Nothing was done: correct them and send it again."
    );

    public static readonly RefusalType Unauthenticated = new(
        "platform.unauthenticated",
        401,
        "Nobody valid is asking",
        "Send a key as `X-API-Key: …`, or a key or the token of a session as `Authorization: Bearer …`. It may be mistyped, expired or ended; the answer "
            + "does not say which. A person signs in; an operator makes a key with `hazina key create`."
    );

    public static readonly RefusalType PermissionMissing = new(
        "platform.permission_missing",
        403,
        "The caller may not do this",
        "The key or session is valid, but lacks the permission that this call needs; `detail` names it. Permissions come from a key or from a person's roles."
    );

    public static readonly RefusalType NotFound = new(
        "platform.not_found",
        404,
        "There is nothing here",
        "No call has this path. What exists but belongs to somebody else is also answered with 404, by the module that owns it."
    );

    public static readonly RefusalType MethodNotAllowed = new(
        "platform.method_not_allowed",
        405,
        "This path does not take this method",
        "The path exists, but not with this HTTP method; the `Allow` header lists those that it takes."
    );

    public static readonly RefusalType TooLarge = new(
        "platform.too_large",
        413,
        "The body is too large",
        "A body may have 10 MB unless the call's own description says otherwise. Send it in several parts."
    );

    public static readonly RefusalType UnsupportedMediaType = new(
        "platform.unsupported_media_type",
        415,
        "The body is of a kind that this call does not take",
        "Send `Content-Type: application/json` in UTF-8, unless the call's own description says otherwise."
    );

    public static readonly RefusalType BadRequest = new(
        "platform.bad_request",
        400,
        "The request cannot be understood",
        "Something about the request other than its body is wrong: its framing, a header, a parameter. `detail` says what, as far as is known."
    );

    public static readonly RefusalType IdempotencyKeyMissing = new(
        "platform.idempotency_key_missing",
        400,
        "This call needs an Idempotency-Key",
        "A call that moves money must carry the header `Idempotency-Key`: any text of up to 255 characters that names this one attempt, a UUID for "
            + "example. Send the same key when you repeat the call, and it happens once."
    );

    public static readonly RefusalType IdempotencyKeyInvalid = new(
        "platform.idempotency_key_invalid",
        400,
        "The Idempotency-Key is not valid",
        "Send the header once, with 1 to 255 printable ASCII characters, bare or in double quotes."
    );

    public static readonly RefusalType IdempotencyKeyReused = new(
        "platform.idempotency_key_reused",
        422,
        "This Idempotency-Key belongs to another request",
        "The same key came before with another method, path or body. A key names one request for ever: take a fresh one for a new request, and send an "
            + "old request unchanged."
    );

    public static readonly RefusalType IdempotencyInProgress = new(
        "platform.idempotency_in_progress",
        409,
        "The same request is still being worked on",
        "A request with this Idempotency-Key has not been answered yet. Wait and send it again, with the same key: the answer will be that of the first."
    );

    public static readonly RefusalType TooManyFailures = new(
        "platform.too_many_failures",
        429,
        "Too many attempts with keys or sessions that are not valid",
        "This address has sent many keys or sessions that do not exist. Wait as long as `Retry-After` says, and check what you send."
    );

    public static readonly RefusalType AddressNotAllowed = new(
        "platform.address_not_allowed",
        403,
        "The key may not be used from here",
        "The key is bound to addresses, and the call came from another one. Its owner can see and change them; an operator does by making another key. "
            + "If you do not know who called from there, end the key."
    );

    public static readonly RefusalType PeopleOnly = new(
        "platform.people_only",
        403,
        "Only a person can do this",
        "The call is about the person who is signed in or needs one who answers for it, and a key is nobody. Send the token of a session."
    );

    public static readonly RefusalType NoSuchKey = new(
        "platform.no_such_key",
        404,
        "No such key",
        "Whoever is signed in has no key with this id. What belongs to somebody else is answered in the same way."
    );

    public static readonly RefusalType NoSuchKeyOwner = new(
        "platform.no_such_key_owner",
        404,
        "No such owner of keys",
        "Whoever is signed in deals with the keys of no organisation with this id: there is none, they do not belong to it, what they are to it does not "
            + "include keys, or it is suspended; the answer does not say which."
    );

    public static readonly RefusalType KeyEnded = new(
        "platform.key_ended",
        409,
        "The key cannot be changed any more",
        "It was revoked, has expired, or was rotated and has a successor; `detail` says which. Nothing was done. Make another key, or go on with the successor."
    );

    public static readonly RefusalType TooManyKeys = new(
        "platform.too_many_keys",
        422,
        "There are too many keys",
        "Whoever is signed in, or the organisation, has as many keys that can be used as one may have. Nothing was done: end some that are not needed."
    );

    public static readonly RefusalType NoSuchApproval = new(
        "platform.no_such_approval",
        404,
        "No such approval",
        "There is no approval with this id that whoever is signed in has asked for or may decide on."
    );

    public static readonly RefusalType ApprovalDecided = new(
        "platform.approval_decided",
        409,
        "It is decided already",
        "The approval was approved, rejected or withdrawn before, or nobody decided in time; `detail` says which. Nothing was done. Ask anew where it is still "
            + "wanted."
    );

    public static readonly RefusalType ApprovalGivenUp = new(
        "platform.approval_given_up",
        409,
        "It was given up",
        "What was approved failed each time that it was tried, and an operator has given it up. What it may have done half, the operator knows."
    );

    public static readonly RefusalType NoSuchParkedEvent = new(
        "platform.no_such_parked_event",
        404,
        "There is no such parked event",
        "Nobody has given up on that event, or it has been tried again or skipped since. `GET /v1/events/parked` lists those that there are."
    );

    public static readonly RefusalType AuditNotSkipped = new(
        "platform.audit_not_skipped",
        409,
        "Entries of the audit trail are not skipped",
        "It would be gone without a trace. Mend what the trail fails at, and try it again."
    );

    public static readonly RefusalType OwnApproval = new(
        "platform.own_approval",
        403,
        "Somebody else has to decide",
        "Who asks for something does not decide on it: two people look at it. It can be withdrawn."
    );

    public static readonly RefusalType NotTheMaker = new(
        "platform.not_the_maker",
        403,
        "Somebody else asked for it",
        "Only who asked for something withdraws it. Who may decide on it rejects it."
    );

    public static readonly RefusalType ApprovalIdUsed = new(
        "platform.approval_id_used",
        409,
        "The id belongs to another approval",
        "Something else was asked for under this id, or by somebody else. Nothing was done: take a fresh id for another asking."
    );

    public static readonly RefusalType RateLimited = new(
        "platform.rate_limited",
        429,
        "Too many requests",
        "The caller, or the address where the call needs nobody to sign in, has used up what it may ask in a while. Nothing was done. Every answer tells "
            + "the limit in `RateLimit-Policy` (`q` requests in `w` seconds) and in `RateLimit` what is left (`r`) and when all of it is there again (`t` "
            + "seconds). Wait as long as `Retry-After` says. Many small calls can often be one: see the calls that take lists."
    );

    public static readonly RefusalType Internal = new(
        "platform.internal",
        500,
        "Something went wrong on our side",
        "This is a fault in the platform, not in the request. Whether the call had an effect is not known from this answer: repeat it with the same ids and "
            + "Idempotency-Key, which is safe, or ask for the object. Quote `request_id` when you report it."
    );

    public static readonly RefusalType FileNotTaken = new(
        "platform.file_not_taken",
        415,
        "Files of this kind are not taken",
        "Taken are PNG, JPEG, WebP, PDF, plain text in UTF-8 and CSV. It is the content that counts, not what the file is called or said to be."
    );

    public static readonly RefusalType ImageTooLarge = new(
        "platform.image_too_large",
        422,
        "The image has too many pixels",
        "Make it smaller: whoever opens it needs memory for each pixel, however small the file is."
    );

    public static readonly RefusalType FileMissing = new(
        "platform.file_missing",
        404,
        "The file is not there",
        "It was deleted, or the folder that files are kept in is not the one that it was put into; operations look after that."
    );

    public static readonly RefusalType NoFileRoom = new(
        "platform.no_file_room",
        503,
        "Files cannot be kept here",
        "Whoever runs the platform has named no folder for files: the setting Files:Folder, or a data folder."
    );

    public static readonly RefusalType Unavailable = new(
        "platform.unavailable",
        503,
        "The platform cannot answer at the moment",
        "The database cannot be reached, or the process is stopping or overloaded. Nothing is lost: wait as long as `Retry-After` says and repeat the "
            + "call with the same ids and Idempotency-Key, which is safe."
    );

    public static IReadOnlyList<RefusalType> All { get; } =
    [
        MalformedBody,
        InvalidRequest,
        BadRequest,
        Unauthenticated,
        PermissionMissing,
        NotFound,
        MethodNotAllowed,
        TooLarge,
        UnsupportedMediaType,
        IdempotencyKeyMissing,
        IdempotencyKeyInvalid,
        IdempotencyKeyReused,
        IdempotencyInProgress,
        TooManyFailures,
        RateLimited,
        AddressNotAllowed,
        PeopleOnly,
        NoSuchKey,
        NoSuchKeyOwner,
        KeyEnded,
        TooManyKeys,
        NoSuchApproval,
        ApprovalDecided,
        ApprovalGivenUp,
        NoSuchParkedEvent,
        AuditNotSkipped,
        OwnApproval,
        NotTheMaker,
        ApprovalIdUsed,
        FileNotTaken,
        ImageTooLarge,
        FileMissing,
        NoFileRoom,
        Internal,
        Unavailable,
    ];
}
