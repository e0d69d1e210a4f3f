[assembly: AssemblyFixture(typeof(Hazina.Testing.AccountsServer))]
