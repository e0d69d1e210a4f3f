using System.Text.Json.Nodes;
using Hazina.Platform.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Platform.Privacy;

/// <summary>
/// What a module holds of people: all of it can be exported, and what need not be kept is erased with them. Personal text never stands in what cannot be
/// changed later (the journal, a chain of hashes, the log of events): ids do.
/// </summary>
/// <param name="Module">Lower case; the name of its part of the export.</param>
/// <param name="Export">Everything about a person, as an object; secrets (hashes, keys) are left out.</param>
/// <param name="Erase">
/// Takes it away. It is called again a day later, for what was under way the first time, and wherever it is not known whether it went well.
/// </param>
public sealed record PersonalData(
    string Module,
    Func<IServiceProvider, Guid, CancellationToken, Task<JsonObject>> Export,
    Func<IServiceProvider, Guid, CancellationToken, Task> Erase
)
{
    /// <summary>Why a person cannot be erased yet, as whoever has money in an account; null: nothing stands in the way.</summary>
    public Func<IServiceProvider, Guid, CancellationToken, Task<Refusal?>>? Blocks { get; init; }
}

public static class PersonalDataExtensions
{
    /// <summary>Has what a module holds of people exported and erased. Modules above are asked before those below.</summary>
    public static IServiceCollection AddPersonalData(this IServiceCollection services, PersonalData data) => services.AddSingleton(data);
}
