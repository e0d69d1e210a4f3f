using System.Security.Cryptography;
using System.Text;
using Hazina.Platform.Canonical;

namespace Hazina.Payments.Providers;

/// <summary>Ids that follow from another one, so that whoever does a thing twice does it under one id.</summary>
static class StableId
{
    const string Letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <param name="what">Tells those of one id apart.</param>
    /// <param name="of">Its time stays in front, so that the journal's index stays small.</param>
    public static Guid Of(string what, Guid of) => NamedId.Of($"payments/{what}/{of}", of);

    /// <summary>Twelve letters and digits that payers read and rails take.</summary>
    public static string Reference(Guid of)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"hazina/payments/reference/{of}"));
        return string.Concat(bytes.Take(11).Select(b => Letters[b & 31]).Prepend('H'));
    }
}
