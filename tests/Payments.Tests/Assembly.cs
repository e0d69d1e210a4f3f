[assembly: AssemblyFixture(typeof(Hazina.Payments.Tests.PaymentsServer))]
