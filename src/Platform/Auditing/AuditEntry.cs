namespace Hazina.Platform.Auditing;

/// <summary>An act, as the module that does it writes it down. Who asked and from where follows from the request.</summary>
/// <param name="Action">What was done or tried: <c>identity.user.suspended</c>. Its first word is the module that writes it.</param>
/// <param name="Target">What it was done to.</param>
/// <param name="At">When.</param>
public sealed record AuditEntry(string Action, AuditTarget Target, DateTimeOffset At)
{
    /// <summary>
    /// The fields that it changed, as they were: a record or an anonymous object. Ids, states and sums; names, addresses and other text about a person do not
    /// belong here, since entries are for ever: say which field it was. What is named like a secret is left out by itself.
    /// </summary>
    public object? Before { get; init; }

    /// <summary>The same fields as they are now; where nothing was changed, what else is worth knowing, as the reason of a refusal.</summary>
    public object? After { get; init; }

    /// <summary>
    /// Who, where the request does not say it: who is just signing in, or who sits at the command line. Null: the request's caller; without a request,
    /// the system.
    /// </summary>
    public AuditActor? Actor { get; init; }

    /// <summary>The session that it was done in, where it is not yet, or no longer, the caller's.</summary>
    public Guid? Session { get; init; }
}

/// <summary>What something was done to.</summary>
/// <param name="Type">A word: <c>user</c>, <c>key</c>.</param>
/// <param name="Id">Null where there is no such thing, as for a sign-in with a login that nobody has.</param>
public sealed record AuditTarget(string Type, string? Id)
{
    public AuditTarget(string type, Guid id)
        : this(type, id.ToString()) { }

    public static AuditTarget User(Guid? id) => new("user", id?.ToString());

    public static AuditTarget Key(Guid id) => new("key", id);
}

/// <summary>Who did something.</summary>
/// <param name="Type">What they are.</param>
/// <param name="Id">A person's or key's id, an operator's name on the machine; nobody has none.</param>
public sealed record AuditActor(AuditActorType Type, string? Id)
{
    /// <summary>Nobody asked: a job, a listener.</summary>
    public static AuditActor System { get; } = new(AuditActorType.System, null);

    /// <summary>Somebody who has not said who they are, or not rightly.</summary>
    public static AuditActor Nobody { get; } = new(AuditActorType.Nobody, null);

    /// <summary>Whoever types at the command line, by their name on this machine.</summary>
    public static AuditActor Operator { get; } = new(AuditActorType.Operator, Environment.UserName);

    public static AuditActor User(Guid id) => new(AuditActorType.User, id.ToString());

    public static AuditActor Key(Guid id) => new(AuditActorType.Key, id.ToString());
}

/// <summary>What somebody is who did something.</summary>
public enum AuditActorType : byte
{
    User,
    Key,
    Operator,
    System,
    Nobody,
}
