using Azure.Core;
using Azure.Identity;

namespace KvStore.Silo;

/// <summary>The membership in Azure's tables. Who can write there rules the membership, and with it who is running; never what was decided.</summary>
internal static class AzureClustering
{
    /// <summary>Keeps the membership in the tables of a storage account, which the silo's managed identity may write; there is no shared key.</summary>
    public static void UseAzureTables(this ISiloBuilder silo, Uri tables)
    {
        TokenCredential identity = new DefaultAzureCredential();
        silo.UseAzureStorageClustering(options => options.TableServiceClient = new Azure.Data.Tables.TableServiceClient(tables, identity));
    }
}
