using System.Text;
using Hazina.Client;

namespace Hazina.Journeys.Tests.Clients;

/// <summary>The examples of <c>src/Client/README.md</c>: each region is one of its blocks.</summary>
static class GuideExamples
{
    /// <summary>Gives the key.</summary>
    public static async Task<string> Begin(Uri address, string login, string password, Guid shop)
    {
        #region sign in, and make a key
        using var hazina = new HazinaClient(address);
        var signedIn = await hazina.SignInAsync(new SignInRequest { Login = login, Password = password });
        // Where Done is null, Pending says which second step is wanted: FinishSignInAsync.
        var me = hazina.WithToken(signedIn.Done!.Token);
        var key = await me.CreateKeyAsync(
            new CreateKeyRequest
            {
                Name = "web shop",
                Organization = shop,
                Book = KeyBook.Live,
                Permissions = ["accounts.own", "payments.own"],
            }
        );
        // key.Key is shown this once.
        #endregion

        return key.Key!;
    }

    public static async Task<PaymentAnswer> Pay(Uri address, string secret, Guid purse, string number)
    {
        #region pay, once
        using var hazina = new HazinaClient(address, secret);
        var order = new CreatePaymentRequest
        {
            Payer = purse,
            Payee = new CreatePaymentPayeeName { Number = number },
            Amount = new Amount(1250.00m, "KES"),
        };
        var payment = await hazina.CreatePaymentAsync(order, idempotencyKey: "order-17");
        Console.WriteLine(payment.Status == PaymentStatus.Completed ? $"paid {payment.Amount}" : $"it is {payment.Status}");

        var same = await hazina.CreatePaymentAsync(order, idempotencyKey: "order-17");
        // same.Id == payment.Id, and the money has moved once.
        #endregion

        Assert.Equal(payment.Id, same.Id);
        return payment;
    }

    public static async Task Fail(HazinaClient hazina, CreatePaymentRequest order)
    {
        #region errors
        try
        {
            await hazina.CreatePaymentAsync(order);
        }
        catch (HazinaException e) when (e.Code == "ledger.insufficient_funds")
        {
            Console.WriteLine("There is not enough on the account.");
        }
        catch (HazinaException e) when (e.Code == HazinaException.NoAnswer)
        {
            // Whether it happened is not known. The same call under its key finds out, and does it where it was not done.
            await hazina.CreatePaymentAsync(order, e.IdempotencyKey);
        }
        #endregion
    }

    public static async Task<decimal> Sum(HazinaClient hazina, Guid purse)
    {
        var sum = 0m;
        #region all pages
        await foreach (var payment in hazina.ListAllPaymentsAsync(account: purse, status: "completed"))
            sum += payment.Amount.Value; // ListPaymentsAsync(limit: 10, startingAfter: …) gives one page
        #endregion
        return sum;
    }

    public static async Task<string> Files(HazinaClient hazina, Guid purse)
    {
        using var bill = new MemoryStream(Encoding.UTF8.GetBytes("250 exercise books"));
        using var copy = new MemoryStream();
        var entry = (await hazina.ListActivityAsync(purse, limit: 1)).Data[0].Id;
        #region files
        var attachment = await hazina.AddAttachmentAsync(purse, entry, bill, name: "bill.txt");
        using var file = await hazina.GetAttachmentAsync(purse, entry, attachment.Id);
        await file.Content.CopyToAsync(copy); // also file.Name, file.ContentType
        #endregion
        return $"{file.Name}: {Encoding.UTF8.GetString(copy.ToArray())}";
    }

    public static async Task<Guid> Gateway(Uri address, HttpClient connections, string token, string origin, CancellationToken goneAway)
    {
        #region gateway
        var gateway = new HazinaClient(new HazinaClientOptions { Address = address, Timeout = TimeSpan.FromSeconds(10) }, connections);
        var visitor = gateway.WithToken(token).WithHeader("X-Forwarded-For", origin).WithCancellation(goneAway); // with them ends what is asked for them
        #endregion
        return (await visitor.GetMeAsync(CancellationToken.None)).Id;
    }
}
