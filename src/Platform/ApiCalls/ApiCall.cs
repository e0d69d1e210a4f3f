namespace Hazina.Platform.ApiCalls;

/// <summary>A call of the API, as it is kept.</summary>
sealed record ApiCall
{
    /// <summary>What a caller who did not wait for the answer is given for a status, as other servers do.</summary>
    public const int CallerGone = 499;

    public required Guid Id { get; init; }
    public required DateTimeOffset At { get; init; }
    public required string RequestId { get; init; }
    public required string Method { get; init; }

    /// <summary>Its pattern; null where no route was met.</summary>
    public string? Route { get; init; }

    /// <summary>Without the query.</summary>
    public required string Path { get; init; }
    public required int Status { get; init; }

    /// <summary>The refusal's.</summary>
    public string? Code { get; init; }

    /// <summary>Microseconds.</summary>
    public required long DurationUs { get; init; }
    public Guid? UserId { get; init; }
    public Guid? KeyId { get; init; }
    public string? Book { get; init; }
    public string? Address { get; init; }
    public string? IdempotencyKey { get; init; }

    /// <summary>As far as it was said beforehand.</summary>
    public long? RequestBytes { get; init; }

    /// <inheritdoc cref="RequestBytes"/>
    public long? ResponseBytes { get; init; }

    /// <summary>JSON without secrets.</summary>
    public string? Body { get; init; }
}
