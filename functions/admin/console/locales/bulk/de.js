// Changes of many users in German.

export default {};
