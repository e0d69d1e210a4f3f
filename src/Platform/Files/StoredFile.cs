namespace Hazina.Platform.Files;

/// <summary>A file that is kept: all about it but its content.</summary>
/// <param name="Purpose">What it is for, as the module that keeps it says: <c>accounts.attachment</c>.</param>
/// <param name="OwnerType"><c>user</c> or <c>organization</c>.</param>
/// <param name="Size">Of the content, in bytes.</param>
/// <param name="Type">A media type, as the content shows it, whatever it was called.</param>
/// <param name="Sha256">Of the content.</param>
public sealed record StoredFile(
    Guid Id,
    string Purpose,
    string OwnerType,
    Guid OwnerId,
    long Size,
    string Type,
    byte[] Sha256,
    DateTimeOffset CreatedAt
);

/// <summary>A file to be kept.</summary>
/// <param name="Id">Chosen by the caller: kept again under it, it is there once.</param>
/// <param name="Purpose">Of those that were registered by <see cref="FilesExtensions.AddFilePurpose"/>.</param>
/// <param name="OwnerType"><c>user</c> or <c>organization</c>.</param>
/// <param name="SaidType">What its sender says it is; believed only where the content cannot tell (tables from other texts). Null: nothing.</param>
public sealed record NewFile(Guid Id, string Purpose, string OwnerType, Guid OwnerId, string? SaidType)
{
    /// <summary>The most bytes that it may have, where that is another number than for all files (<see cref="FilesOptions.MostBytes"/>).</summary>
    public long? MostBytes { get; init; }
}

/// <summary>What files of one kind are for, and which of them are used.</summary>
/// <param name="Name">Such as <c>accounts.attachment</c>.</param>
/// <param name="Used">Of some ids those that the module has committed to. What is not used for an hour goes.</param>
public sealed record FilePurpose(
    string Name,
    Func<IServiceProvider, IReadOnlyList<Guid>, CancellationToken, Task<IReadOnlyCollection<Guid>>> Used
);
