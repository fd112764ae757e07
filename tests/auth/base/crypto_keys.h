/*
 * crypto_keys.h: RSA keys and their signatures over SHA-256("mailstamp"), made with
 *   openssl genrsa -traditional BITS; openssl rsa -pubout (spki) or -RSAPublicKey_out (pkcs1);
 *   openssl pkeyutl -sign -pkeyopt digest:sha256
 * The private keys were deleted.
 */
#ifndef TESTS_AUTH_BASE_CRYPTO_KEYS_H
#define TESTS_AUTH_BASE_CRYPTO_KEYS_H

static const char key_512_spki[] =
	"MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAM7LvaTys2eDN+xBhqsUe78Um/hZx0Y8RbxPPhgqjxNaPYNQFblh"
	"bXNc0J8thgipH/TEQTBz0GoDm1oCy+vXgQkCAwEAAQ==";
static const char signature_512[] =
	"OGdDcT/y/akLryp6OiI6CMDU/cjB/XyCQZqznrSJlstweHt7aMh8YC0G/8+5BmacIoNMyLQbq/18UTZk79Xp"
	"vQ==";
static const char key_1024_spki[] =
	"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC9TDBi+6wD3Gw+aqv7v4XuvetlCknwJliY5O9cw+gvviUU"
	"JNLLkV68Yvt3eI5IJ0oPExeGTnvlElMvOVEGB7CBFjU1ZQM5QKyWtcehJiUB6yd5kKXZ/hTtY4afpIocROPO"
	"Wlw8I+Y936jgsqHyUQLwnooBMXPeY4sRoB6g6mOD8QIDAQAB";
static const char signature_1024[] =
	"GjkNHYCQoN6iEIQxB4/yPA7HEnF+po7NgtyZIznSx2DpxUWmUaEBbUaXkhktfcWGE/HZKSdqkbid9GUuvOus"
	"6qh763/eYL3VyOOZ8dUkbK/XPGA8t5lAfRNRL1O/fCIbxoj6WU33zR/uYP/uvjJgb3txz1ccl+qekDSR8KOA"
	"7RY=";
static const char key_1024_pkcs1[] =
	"MIGJAoGBAL1MMGL7rAPcbD5qq/u/he6962UKSfAmWJjk71zD6C++JRQk0suRXrxi+3d4jkgnSg8TF4ZOe+US"
	"Uy85UQYHsIEWNTVlAzlArJa1x6EmJQHrJ3mQpdn+FO1jhp+kihxE485aXDwj5j3fqOCyofJRAvCeigExc95j"
	"ixGgHqDqY4PxAgMBAAE=";
static const char key_1027_pkcs1[] =
	"MIGJAoGBBjvaBj988JuVJoCzQZ3WdtDDjm/cFDnTisefgH0c0wO76jKApam6Un4oG6vlnvuHfZ2XsaJ9SXyj"
	"Iu1j1SX8YIrqCsFqeSi+nwDzobYY1pnzm5PzZ+7ElsOuMLEoMoN2b40QB04eo/5kOXTmNsyXSRO6rDzeMv1c"
	"jTaeunlIXD5ZAgMBAAE=";
static const char signature_1027[] =
	"AsWwMHe/6uH/g6a9XJ1CwaD1gA4DHqxvvb8JgUFhtbEEMQR8681LuR3TCc8y7K7iu+o+rk0Awh9k/1Bxgut/"
	"Zd2tI7GcaM2i8e+cOLMuBfplZKGoHC9SdWpfV2ikW3jP7vjJljczaAAP4/oDKLUon2rP1p5JESwnKcw5XdbA"
	"MEsf";
static const char key_1027_spki[] =
	"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQY72gY/fPCblSaAs0Gd1nbQw45v3BQ504rHn4B9HNMDu+oy"
	"gKWpulJ+KBur5Z77h32dl7GifUl8oyLtY9Ul/GCK6grBankovp8A86G2GNaZ85uT82fuxJbDrjCxKDKDdm+N"
	"EAdOHqP+ZDl05jbMl0kTuqw83jL9XI02nrp5SFw+WQIDAQAB";
static const char key_2048e3_spki[] =
	"MIIBIDANBgkqhkiG9w0BAQEFAAOCAQ0AMIIBCAKCAQEAtx05KQAhRq1dkU+iRS/nCK3lsAsInbyiOECzbtvp"
	"nLwCMcOO+fVxgQIqD6KrdR5xFQW4t6NEtKSshkJPa1DuyeiwGQ2VEwpyUPfjgSaSj1zHHXpCVs5Dcnkdk3SU"
	"0lp3IvSRaw9T13/Yix8qAGfsdp/Hkk5FiP23c0oIVJf4O5tAkhPLWr0UoabxvjNXiy2+GwPh66X9Hq0tFE/e"
	"dRNAnggwpgZaUgERitXKrg5egE8H3Z9Eat8Ux6sJFXLgLFFwmZFdR6ND1GH3VpgXF1nj3J9WemizQkVySfAp"
	"xrSXboUUnFHoVQnpfcfFxlcDK2lSBqpyemNVTZ0X5zXQRWhQZQIBAw==";
static const char signature_2048e3[] =
	"DRkPax6V39QeYnhqBehgzQrbYWbro49OXxfi8orHfFsuRcQXkhectyxUkAfnpoeFiwDY7JkKrGEbzB0egJTB"
	"Ts2xwlIl7EjbigomxDg4QgDystsdXYC5X+3Z3Fy9oBBKngvhIyWne0KJyi69hgjyQQN3X54TFmi1RqOgRUmG"
	"ckPccisDwSMu+Iz92iKxTDhoTLek/tt11UIfpDzBA1zqf2NuZtaFVtvOCo4siVLDVWbowrIBevZ+MapELabI"
	"uQjUw+iFucDmj8ofLZEOzcxexMIXZ/NxBpKK/DxheAk7fOE9KXWpaIfyGdY0ixNyakzPtKbAnkjndl0NtUoQ"
	"o3qfcA==";
static const char key_2048_pkcs1[] =
	"MIIBCgKCAQEApULXSmJgIsHAhmkrenjEX78HXKSXC+xSqUk1aPjE7Dc+NSdabi0735cQQ+BIyIN2vkiHO4Hp"
	"Vt6mNAfNOzACCA8NMTS4VKew480hqhFt1zgNgmVD68cUHlat3nXSXZZsiu004VedaMxrzMMpPLx8S/MCl7im"
	"8rggoljG/EpbXVeKXJmIzeYj4Q43+rn5v2uIyGhJ++hLmhJo2tFS0cebfvNSkJNHdMSabOkcBZS8stisdt2T"
	"YSnkiuxFig00fpP8k0rmpaw34tBa0sONLZ/p3CjiNK/QONDauctLy2QSXbPG3qd/if8GRqEI8kDwCkdZEVzS"
	"fwgaadgEseOR9rmowQIDAQAB";
static const char signature_2048[] =
	"PWY+x47Hv3a6tzeSKSw4Oo/JXPGBx2CHXPjXlW/s/bUeI9toQwM9PmGNZizfKsd/LMxbAPVlwFNDyQAVHFko"
	"cfJq8CNlSjbPzKI3zUzuzb5+8tYqW1tz3TUdhbg8YNy/6JCo++Ey/EFOBxmuFgBj6pcGwtehKfkEWlHGzvMn"
	"4wO2TnKCm0nm03GaArdo5wiYVq9EYZwl/1cZ+T4uNhvTp4s1gbRtX1pQS0rc2qIpj9JIdH7cY5CeD16jIZjU"
	"DZsxLPcUNQ/P76ODnvimbbO2ynN2S9oIeZrZwO2+GxTyy2xEppUSQJTlEmcS9W00kbavS0wrSxximRP8Plss"
	"vTwjXw==";
static const char key_4096_spki[] =
	"MIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIICCgKCAgEAofpk1q5QwzVxn5lknuZC7sckex74LXLu0p0/MtIt"
	"otiqxuw64inE6Vu0dAdd1FKAhPHSpO/DsBX+7hSPSPgUPHIsTHBgr5syt4lfF/sv0NzZ6lNKVkiRZ40qMpvy"
	"o5TgxbQnsbYm6/tqK0PhXyfhtB/d7VTvnf3DFBtyu1P7NmeuiIAC+07NaRTvYOjPwfAkimF+Rn0u8BBeaM5F"
	"HOmDGaK6P9dVgB4iy/gcsVJWYbiy58be89stjYH1ZR8Lya+OUSu99lvxYDvoBAd/cMnt3SQe+CPvM3niDrOZ"
	"933gG3UBYQD4spYqXJ7XC4hhNQ74hKnucY+Z9cSBBnI2ypY/Te4BxR6ce8q+c0QTplQ+rRNJyu1tMXo6KwA6"
	"fSwXIOh9OG2tRtceIiabh1MhOlsuiYOpaAueianP6yemxCtFrSc9YkKMcJzQFzKPWdYQQ9hZSwFJMJHi10Sy"
	"jWV1Ldu/6+UvY6QaxUwfFIxD5WZK2Bnjb83MaE2gDAy9X36nWd4Wuz6zvY/62Fv7lcrso7YtLV5zHlAbAdlM"
	"ohVrzsCse8FNUrifVRA9mxzaaxYueZ9DUistRz5lGyO/fyof16rX54py258sifsJaNQvJ+5fQ60kmB0f6HwI"
	"YULbEVM/FYFcEji3R5QumRql4tLU6QJIA9aw+20R/ZCMpLJOhKV8uQcCAwEAAQ==";
static const char signature_4096[] =
	"H8Q2JhdcuKQLtPg+4aBLkaaOjm7A/M5BfPP47mJg6MlyQbn3GDevr7yBFTMM9sFKk4EomoPxIkb2ifanItk2"
	"tgfyVntYe0s3S9jXkfwNmjDOn5UpeuoJVOHg2mT5pfZAp6wQD7VINSMeol7aJaKL2AjFkUvd/dESGiqmWgKz"
	"DYyYKkH+534le3Oma9E0jbjxQzHKF711fJ9QU7gwZ0VPDfor+Sj8xVIfFmIdoyFB85Uq90kBTsNVKCQcyCqv"
	"awAIRoh9UoVeWiG86u5scOxve9nxOsuhBqEJG9U3IXQQBs4omtbLufEuGcF1OIvq4rrTs0jwRrMeTO/j4YrC"
	"JqRu0LgG4w1JoCte5GEMrQLV1SPavIJLZG6t+WkC10dURV/lJYcRppnMdAZPHJjsIQujnsvGE8t+VqbxAwjt"
	"ylk5P2NEjoVWmVlnufNjhkRtj0MqsVL/Q657/hCiRjQ8lQMNJ7J3RZ5KUn3oZuAPQip/YwXzUbEwY+IZf088"
	"hGvLgvhHIWkQRIBIY/lLXNXfqNaB6dGkHGx/wOmxqsR6/2iEK6GSnSirKzcCL1yfjZf2fLVcSxq3II2TLQfd"
	"vjia/NvGa5TzJAJRyp4dyED2nXgW+4mh/xYRiHixl0gPuEOkhmr+nsSZ23KRNG7ScN1LRRPygPYaTI4ZvVyj"
	"2+lfLf7MRpM=";
static const char key_8192_pkcs1[] =
	"MIIECgKCBAEAqXi95Wb9JLw8sB4aFzh8FhXXQc1Jg+lgesxZdR8ZPk7x2MWTs9okyBEiqQU4btXoWzb+bufj"
	"/x5msTvL18buoJZD93tnVuHO9t7bBxFiQnBKJvp8s0kA8/V/Hlckab7s+plUlS89r9g64R3LCGYAYOMa2p6t"
	"Q6xBVK767vj342+RIBuKM61LBoKEtiGCiNnb+lDQ23jqzDBmwciKNiOm5CM+BGPO4TL5H9HFJkF58Z393VNl"
	"YMwNsF8ZRGygswZTS+b3UN+ctabZKPbQgoMtVjwCpLtIhcf7sp4ZVadLneccGQ1QFmCfpi/UFOFpcTYtntcM"
	"xHfaYow+VFTdRXIh39xQEuiurZhTAB2HID+xNiW6JBE+zu7Th8AS7h4GwlBtskA219BeSLQWmBZ186gGZEyg"
	"G3yfe4hcsAc1+6g1DWIL9wiQ1WZU82qatlwVwlP+SMeufUmUC4+5iJFBNONHdk2RqpmI8KelTA/UnuZlH2/Q"
	"7P8dS1q3E43LsGgu2QG/j981gQ9RcQqOkJiV9VSD5pVdyn1CZnXqFEfJbJNfg55UPzoizXnnKktT81oh3asH"
	"Ng3GZ+99KXDcIQAJ4KlJI1qGxULdoqrmxaeP+JT5Y45erpHGRuZxNRgKPu30qH7hlvrdyCPVJe+1215jONQt"
	"kpUXzpwM5UZiifBmPpvpLw+g3t0Zu7k741vudwN41xH4gIEuKp+KwwfbgSw8ghATDB3xih2MjEqkom+9iaGe"
	"qblJzTH3vt4i/NCGyBnN0DlbvwG1U1lsPdXviWuUlHMzuDSLyU1L4RGZvoMyypwY4Wr/Nue4P4jiz18rxDC4"
	"QBtiB2JAU9smYZPacDS5QBwM9ZKbCnxvtnKPuXJndHLqxhm9iZVGsBC2T+Wb9MO8QH26fIYZ0LJ0QrTUka9t"
	"MaoJO9BJCtIDkcDXqrPATIIw4XvWmHWMhaVuBLEGfHyWAChs2G8DnrkeuA7q4Dy4qmzbTccHzc5vXdUfzkk6"
	"IGmtf7ruF0SY3JHqsAB59ikaq4sZ8G57f3ZUM2ULwUniDJ+ENAdmJG4FTiNFJ4pr8/49ucwfVlhSOviJRc0R"
	"lybVLKeyVmsyHc4TnT9ep1CayTXnfJm3+jMVs07RBlzg2jKcS36MPGp19sNZkh5PkiMST0N1CWQALvykhSBJ"
	"GumjAMc7JxJ3pR39C3PLx235VNWZchFm9X9OVMDpvjznvJnojOB/qZ4jFe9UTGge4GJpnfUi98+kURICbTP5"
	"enHSmYuNhQngVBjixzf+7eGOyy3C9y2DoUvDyfin/vbVrtVGiV6kmBOE/OOGmFCr6H8yDXDrlJpZk8C5ivtn"
	"ohQsR7r6iSd1/FFm3u4wAmkHa8vdiQeK1QIDAQAB";
static const char signature_8192[] =
	"g490Hu/Nw4D7JKrDVKm6ysbtj2iMOcs2dVmW/Rwk2bjfyjmHbqVtwEZUf+eyOLShPFysSC1JKblooSGWjqfP"
	"HMwFIwTWAEFf2z/XObrE0fbBj+T6TrzZUtUJp96f4ZrnZk3u+0EnCysfh0BFwDsJXgQFmQjtc1Wna9CfSnAd"
	"oxJDGIYsLEAJA3c2ARrR7fTtedatRpprcO15N91IxRpIvpTZT6zsurSPWrpfhULFmEBKIX9rg6yC6b93Sups"
	"k/NvfkU7YmheYJtiWv6yu6mNeZzYjElRa3TeeIfEwHAZAs9878oGj9KPf0PToGUy+zep0HofVCmWlUnSKptH"
	"qE113954bQSPMAJfcHxVNp12t+fm604WSq+7nh3sF8rOE00wEkvNnqPcX6iX3/zqRbdVyzSPBSIgcS2NUgkM"
	"Gi6vXGv94pXDUynS7yyYr7evJ3gWrNq9C/jzofjVVAkpIksMhiMR/K3YAEmTpYvWQR7kmLO7uhTSb95uQ3QD"
	"UuSZggdTjzc57uH9CzQ0tYpre9d8v+V56qwuVcC53Nl8OPOoGbbfDnQ8WaG811siMK6NCKBWNBvJq2ei+7xS"
	"lDY99j5xR+3JOu1pjYqxGaf4v2No2oG86MsPsuae6q6R0HcFCb9rivTBJKHFL7vCbsNLY4AOnS6gV3KeTrFo"
	"Q0LXzikNaT0i6zoLbT2Y5BqHhI22y7eUg4nn8+ukt1gTkTY0xHIj5knvlWjhJN3la2rNgbjVsq5BoYePR/rd"
	"qs0K1lViQSTZS2GVuMmeUZXadenWmyV+yh6sFox+onRmIQzcw5QZxhdrUr6A6xIiY8cLOXwYxZ4QS9ZNpEBe"
	"4squGYxJAY0NP8i3m2rYtYv55YnhGtUllfTvWdjTou4SFXaMND8UA9ViXG3T+QZAOwsNsMf4f3PRv7D1lVMX"
	"FiRSHux/+PYT+gdOPJgy6afaMuXV4l+iSjaaFRCUkNGIu5LtlwXAiGqYa4q39uRX78UYyAXVQbC59lWBXXau"
	"q7t0893IKVLJ3QDHW+bFQWTZ9d6A+Eslk2vLI22CQ/AmDijCE9edvBCwO18F+KkKpp3VzoPOUwZAj8i0UZXi"
	"UzA5Tr/eMGM9qHimaFCqFTAjxe7KkiMbJq6fIoUZ/Y9jEYtU+q8poa4UiSGk/SFAdNiF9VdfCDUGyK3exLCp"
	"fpyN6ex7aonxt+3bAaBbnmBf+H02EenvrvKnjVTzJj3T9gNmqIRPCiEB2TK7+W7C3whwo5S97B5CHspiUTWe"
	"d/3Yk4jOHOPNwoRJH5NIv565VEZ332BOhWN6LLJnWTylaSqnA5P9Tcl8qhYU7I7lZVhbiFogI/YPuYT6jvK/"
	"j/DWfnLw+CEqu4F2K6ePgw==";

static const struct rsa_key {
	const char *name;
	unsigned bits;
	const char *key; /* base64 of DER */
	const char *signature;
} rsa_keys[] = {
	{"512 bits, spki", 512, key_512_spki, signature_512},
	{"1024 bits, spki", 1024, key_1024_spki, signature_1024},
	{"1024 bits, pkcs1", 1024, key_1024_pkcs1, signature_1024},
	{"1027 bits, pkcs1", 1027, key_1027_pkcs1, signature_1027},
	{"1027 bits, spki", 1027, key_1027_spki, signature_1027},
	{"2048 bits, exponent 3, spki", 2048, key_2048e3_spki, signature_2048e3},
	{"2048 bits, pkcs1", 2048, key_2048_pkcs1, signature_2048},
	{"4096 bits, spki", 4096, key_4096_spki, signature_4096},
	{"8192 bits, pkcs1", 8192, key_8192_pkcs1, signature_8192},
};

#endif
