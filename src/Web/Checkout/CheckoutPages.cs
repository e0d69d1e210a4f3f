using Hazina.Web.Pages;

namespace Hazina.Web.Checkout;

/// <summary>Where somebody pays for something: pages that a shop's own page leads to.</summary>
static class CheckoutPages
{
    public static void Map(PageMap pages) =>
        pages
            .Get("/pay/new", StartCheckout.Get)
            .Post("/pay/new", StartCheckout.Post)
            .Get("/pay/{intent}", ShowCheckout.Get)
            .Get("/pay/{intent}/live", ShowCheckout.Live)
            .Post("/pay/{intent}", PayIntent.Check)
            .Post("/pay/{intent}/confirm", PayIntent.Confirm)
            .Post("/pay/{intent}/cancel", GiveUp.Post);
}
