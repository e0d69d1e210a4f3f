using Hazina.Testing;

namespace Hazina.Journeys.Tests.Clients;

/// <summary>One server for all that the client is tried on.</summary>
[CollectionDefinition(nameof(ClientCollection))]
public sealed class ClientCollection : ICollectionFixture<AccountsServer>;
